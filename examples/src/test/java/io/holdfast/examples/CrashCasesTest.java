package io.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.pmem.Granularity;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CrashCasesTest {
  private static final int STATES = 1500;

  @Test
  void basic_lineByLine_leavesPartsOfStrings() {
    Set<String> outcomes =
        outcomes(CrashCases.basic(Granularity.CACHE_LINE, List.of("0123456789abcdef")));
    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            "nothing", "\"01234567\"", "\"89abcdef\"", "\"0123456789abcdef\"");
  }

  @Test
  void basic_whereVisibleIsDurable_leavesPrefixesOfTheStores() {
    // One store of 17 bytes: three words, in any order.
    assertThat(outcomes(CrashCases.basic(Granularity.BYTE, List.of("a", "b"))))
        .containsExactlyInAnyOrder("nothing", "\"a\"", "\"a\", \"b\"");
  }

  @ParameterizedTest
  @EnumSource
  void list_anyCrash_leavesTheNumbersAddedFirst(Granularity granularity) {
    CrashReport report = explore(CrashCases.list(granularity, List.of(1, 2))).assertConsistent();
    assertThat(outcomes(report)).containsExactlyInAnyOrder("nothing", "1", "2, 1");
  }

  @ParameterizedTest
  @EnumSource
  void tree_anyCrash_leavesTheWordsInsertedFirst(Granularity granularity) {
    CrashReport report =
        explore(CrashCases.tree(granularity, List.of("b", "a", "b"))).assertConsistent();
    assertThat(outcomes(report))
        .containsExactlyInAnyOrder("nothing", "1 b", "1 a, 1 b", "1 a, 2 b");
  }

  @ParameterizedTest
  @EnumSource
  void counter_anyCrash_keepsWhatWasCounted(Granularity granularity) {
    CrashReport report = explore(CrashCases.counter(granularity, 3)).assertConsistent();
    assertThat(outcomes(report)).containsExactlyInAnyOrder("0", "1", "2", "3");
  }

  @ParameterizedTest
  @EnumSource
  void wal_anyCrash_keepsWhatWasAppendedAndNothingTorn(Granularity granularity) {
    CrashReport report =
        explore(CrashCases.wal(granularity, List.of("one", "a second one"))).assertConsistent();
    assertThat(outcomes(report)).containsExactlyInAnyOrder("nothing", "one", "one, a second one");
  }

  @Test
  void fileWal_anyCrash_keepsWhatWasAppendedAndNothingTorn() {
    String longer = "x".repeat(600); // more than a sector
    CrashReport report =
        explore(CrashCases.fileWal(List.of("one", longer, "two"))).assertConsistent();
    assertThat(outcomes(report))
        .containsExactlyInAnyOrder("nothing", "one", "one, " + longer, "one, " + longer + ", two");
  }

  private static CrashReport explore(CrashExploration exploration) {
    return exploration.statesAtMost(STATES).explore();
  }

  private static Set<String> outcomes(CrashExploration exploration) {
    return outcomes(explore(exploration));
  }

  private static Set<String> outcomes(CrashReport report) {
    return report.outcomes().stream()
        .flatMap(group -> group.states().keySet().stream())
        .collect(Collectors.toSet());
  }
}
