package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KillSeriesTest {
  private static final String BANK = "PASS bank: 12 accounts intact, sum 12000";
  private static final String HEAP = "PASS heap: recovered, CACHE_LINE, 1658880 bytes";

  @Test
  void opened_everythingMustBeReported() {
    assertThat(passes("OPENING /bank", BANK, HEAP, "OPENED /bank")).isTrue();
    assertThat(passes("OPENING /bank", BANK, "OPENED /bank")).isFalse();
    assertThat(passes("OPENING /bank", HEAP, "OPENED /bank")).isFalse();
  }

  @Test
  void killedWhileOpening_whatWasReportedByThenIsRight() {
    assertThat(passes("OPENING /bank")).isTrue();
    assertThat(passes("OPENING /bank", BANK)).isTrue();
    assertThat(passes("OPENING /bank", BANK, "COUNT 0 7", HEAP)).isTrue();
    assertThat(passes("OPENING /bank", "PASS bank: sum 11999")).isFalse();
    assertThat(passes("OPENING /bank", "FAIL bank: sum 11999")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"created, CACHE_LINE, 1658880 bytes", "recovered, PAGE, 1658880 bytes", ""})
  void opened_notAsExpected_fails(String heap) {
    assertThat(passes("OPENING /bank", BANK, "PASS heap: " + heap, "OPENED /bank")).isFalse();
  }

  private static boolean passes(String... lines) {
    List<Boot.Message> messages =
        Arrays.stream(lines)
            .map(line -> line.split(" ", 2))
            .map(halves -> new Boot.Message(halves[0], halves[1]))
            .toList();
    Judge judge = new Judge(new PrintStream(OutputStream.nullOutputStream()));
    judge.pass("another boot");
    judge.judge("boot", messages, List.of(), KillSeries.expected(messages, "recovered"), "log");
    return judge.conclude();
  }
}
