package io.holdfast.pmem.internal;

import static io.holdfast.pmem.internal.CopyRules.PAST_CACHES;
import static io.holdfast.pmem.internal.CpuRoutines.FENCE;
import static io.holdfast.pmem.internal.CpuRoutines.FLUSH;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.internal.CopyRules.Caches;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** libpmem's order of decisions: no flush, past the caches, through the caches, length. */
final class CopyRulesTest {
  private static CopyRules rules(String... environment) {
    Map<String, String> map =
        environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]);
    return CopyRules.of(new Settings(map::get, name -> null), StreamingStores.LEAVE_CACHES);
  }

  private static CopyRules rulesWhereStoresStay(Map<String, String> environment) {
    return CopyRules.of(new Settings(environment::get, name -> null), StreamingStores.MAY_STAY);
  }

  private static int decide(CopyMode mode, long length) {
    return rules().decide(mode.flags(), length, Caches.LOST);
  }

  @Test
  void decide_noFlush_onlyStoresThroughTheCaches() {
    assertThat(decide(CopyMode.NO_FLUSH, 4096)).isZero();
    assertThat(decide(CopyMode.NO_FLUSH.nonTemporal(), 4096)).isZero();
  }

  @Test
  void decide_modeNamesAWay_lengthDoesNotMatter() {
    assertThat(decide(CopyMode.PERSIST.nonTemporal(), 8)).isEqualTo(FLUSH | FENCE | PAST_CACHES);
    assertThat(decide(CopyMode.PERSIST.temporal(), 4096)).isEqualTo(FLUSH | FENCE);
    assertThat(decide(CopyMode.NO_DRAIN.nonTemporal(), 8)).isEqualTo(FLUSH | PAST_CACHES);
  }

  @Test
  void decide_bothWaysNamed_goesPastTheCaches() {
    assertThat(decide(CopyMode.PERSIST.temporal().nonTemporal(), 8))
        .isEqualTo(FLUSH | FENCE | PAST_CACHES);
  }

  @Test
  void decide_hints_nameAWayUnlessAnotherIsAskedFor() {
    assertThat(decide(CopyMode.PERSIST.writeCombining(), 8)).isEqualTo(FLUSH | FENCE | PAST_CACHES);
    assertThat(decide(CopyMode.PERSIST.writeBack(), 4096)).isEqualTo(FLUSH | FENCE);
    assertThat(decide(CopyMode.PERSIST.writeBack().nonTemporal(), 8))
        .isEqualTo(FLUSH | FENCE | PAST_CACHES);
    assertThat(decide(CopyMode.PERSIST.temporal().writeCombining(), 8))
        .isEqualTo(FLUSH | FENCE | PAST_CACHES);
    assertThat(decide(CopyMode.NO_FLUSH.writeCombining(), 4096)).isZero();
    int combining = CopyMode.PERSIST.writeCombining().flags();
    assertThat(rules().decide(combining, 4096, Caches.FLUSHED_BY_PLATFORM)).isEqualTo(FENCE);
  }

  @Test
  void decide_noWayNamed_lengthDecides() {
    assertThat(decide(CopyMode.PERSIST, 7)).isEqualTo(FLUSH | FENCE);
    assertThat(decide(CopyMode.PERSIST, 8)).isEqualTo(FLUSH | FENCE | PAST_CACHES);
    assertThat(decide(CopyMode.NO_DRAIN, 255)).isEqualTo(FLUSH);
    assertThat(decide(CopyMode.NO_DRAIN, 256)).isEqualTo(FLUSH | PAST_CACHES);
  }

  @Test
  void decide_cachesFlushedByPlatform_neverFlushesAndGoesPastThemOnlyIfAsked() {
    CopyRules rules = rules();
    Caches platform = Caches.FLUSHED_BY_PLATFORM;

    assertThat(rules.decide(CopyMode.PERSIST.flags(), 4096, platform)).isEqualTo(FENCE);
    assertThat(rules.decide(CopyMode.PERSIST.nonTemporal().flags(), 8, platform))
        .isEqualTo(FENCE | PAST_CACHES);
    assertThat(rules.decide(CopyMode.NO_DRAIN.flags(), 4096, platform)).isZero();
  }

  @Test
  void decide_noMovnt_neverGoesPastTheCaches() {
    CopyRules rules = rules("PMEM_NO_MOVNT", "1");

    assertThat(rules.decide(CopyMode.PERSIST.nonTemporal().flags(), 4096, Caches.LOST))
        .isEqualTo(FLUSH | FENCE);
  }

  @Test
  void decide_storesMayStayInTheCache_neverGoesPastIt() {
    CopyRules rules = rulesWhereStoresStay(Map.of());

    assertThat(rules.decide(CopyMode.PERSIST.nonTemporal().flags(), 4096, Caches.LOST))
        .isEqualTo(FLUSH | FENCE);
    assertThat(rules.decide(CopyMode.PERSIST.writeCombining().flags(), 4096, Caches.LOST))
        .isEqualTo(FLUSH | FENCE);
    assertThat(rules.decide(CopyMode.NO_DRAIN.flags(), 1 << 20, Caches.LOST)).isEqualTo(FLUSH);
  }

  @Test
  void decide_storesMayStayButAreTrusted_goesPastTheCaches() {
    CopyRules rules = rulesWhereStoresStay(Map.of("PMEM_NO_MOVNT", "0"));

    assertThat(rules.decide(CopyMode.PERSIST.flags(), 4096, Caches.LOST))
        .isEqualTo(FLUSH | FENCE | PAST_CACHES);
  }

  @Test
  void of_threshold_isHonouredIfItMakesSense() {
    assertThat(rules("PMEM_MOVNT_THRESHOLD", "1024").threshold()).isEqualTo(1024);
    assertThat(rules("PMEM_MOVNT_THRESHOLD", "0").threshold()).isZero();
    assertThat(rules("PMEM_MOVNT_THRESHOLD", "-1").threshold()).isEqualTo(256);
    assertThat(rules("PMEM_MOVNT_THRESHOLD", "many").threshold()).isEqualTo(256);
    assertThat(rules().threshold()).isEqualTo(256);
  }

  @Test
  void of_threshold_isForFencedAndUnfencedCopies() {
    CopyRules rules = rules("PMEM_MOVNT_THRESHOLD", "1024");

    assertThat(rules.decide(CopyMode.PERSIST.flags(), 1023, Caches.LOST)).isEqualTo(FLUSH | FENCE);
    assertThat(rules.decide(CopyMode.PERSIST.flags(), 1024, Caches.LOST))
        .isEqualTo(FLUSH | FENCE | PAST_CACHES);
    assertThat(rules.decide(CopyMode.NO_DRAIN.flags(), 1023, Caches.LOST)).isEqualTo(FLUSH);
  }
}
