package io.holdfast.pmem.internal;

import static io.holdfast.pmem.internal.GranularityRules.AutoFlush.ABSENT;
import static io.holdfast.pmem.internal.GranularityRules.AutoFlush.PRESENT;
import static io.holdfast.pmem.internal.GranularityRules.KernelSync.PROMISED;
import static io.holdfast.pmem.internal.GranularityRules.KernelSync.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.internal.GranularityRules.AutoFlush;
import io.holdfast.pmem.internal.GranularityRules.KernelSync;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GranularityRulesTest {
  private static Granularity shared(
      String problem, Optional<Granularity> forced, KernelSync sync, AutoFlush autoFlush) {
    return GranularityRules.of(Sharing.SHARED, problem, forced, sync, () -> autoFlush)
        .granularity();
  }

  @Test
  void of_private_isByteWhateverElseHolds() {
    assertThat(
            GranularityRules.of(
                    Sharing.PRIVATE, "no", Optional.of(Granularity.PAGE), REFUSED, () -> ABSENT)
                .granularity())
        .isEqualTo(Granularity.BYTE);
  }

  @Test
  void of_forced_winsOverWhatIsFound() {
    for (Granularity forced : Granularity.values()) {
      assertThat(shared("", Optional.of(forced), REFUSED, ABSENT)).isEqualTo(forced);
      assertThat(shared("", Optional.of(forced), PROMISED, PRESENT)).isEqualTo(forced);
    }
  }

  @Test
  void of_flushingImpossible_isPageEvenIfForced() {
    assertThat(shared("forbidden", Optional.of(Granularity.BYTE), PROMISED, PRESENT))
        .isEqualTo(Granularity.PAGE);
  }

  @Test
  void of_noMapSync_isPage() {
    assertThat(shared("", Optional.empty(), REFUSED, PRESENT)).isEqualTo(Granularity.PAGE);
  }

  @Test
  void of_mapSync_dependsOnAutoFlush() {
    assertThat(shared("", Optional.empty(), PROMISED, ABSENT)).isEqualTo(Granularity.CACHE_LINE);
    assertThat(shared("", Optional.empty(), PROMISED, PRESENT)).isEqualTo(Granularity.BYTE);
  }

  @ParameterizedTest
  @CsvSource({
    "BYTE, BYTE",
    "cache_line, CACHE_LINE",
    "CacheLine, CACHE_LINE",
    "page, PAGE",
    "lines,",
    "'',"
  })
  void forcedGranularity_isReadInAnyCase(String value, Granularity expected) {
    Map<String, String> variables = Map.of("PMEM2_FORCE_GRANULARITY", value);

    assertThat(new Settings(variables::get, name -> null).forcedGranularity())
        .isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void forcedGranularity_propertyAgainstVariable_propertyWins() {
    Settings settings =
        new Settings(
            Map.of("PMEM2_FORCE_GRANULARITY", "PAGE")::get,
            Map.of("io.holdfast.pmem.forceGranularity", "BYTE")::get);

    assertThat(settings.forcedGranularity()).contains(Granularity.BYTE);
  }
}
