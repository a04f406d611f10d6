package io.holdfast.crash;

import static io.holdfast.crash.Programs.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is found in a run without any crash. */
class DiagnosisTest {

  @Test
  void persistedStores_giveNoFindings() {
    explore(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(0, 1);
              map.persist(0, 8);
              map.fill(64, 512, (byte) 1, CopyMode.PERSIST);
              log.promiseDurable();
            })
        .assertNoFindings();
  }

  @Test
  void unflushedStore_isFoundAtTheEndOfTheRun() {
    Finding finding =
        only(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(8, 1);
              map.drain();
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.NOT_FLUSHED);
    assertThat(finding.first()).contains("data 0x8").contains("store of 8 bytes");
    assertThat(finding.where()).contains("DiagnosisTest.java");
  }

  @Test
  void storeNotDurableWhenPromised_isFoundThoughItIsLater() {
    Finding finding =
        only(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(8, 1);
              map.flush(8, 8);
              log.promiseDurable();
              map.drain();
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.NOT_FENCED);
  }

  @Test
  void unsyncedFileWrite_isFound() {
    Finding finding =
        only(
            Granularity.PAGE,
            (medium, log) -> {
              PmemFile file = medium.open(Programs.FILE, FileAccess.READ_WRITE);
              file.write(0, Programs.bytes("text"));
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.NOT_SYNCED);
    assertThat(finding.first()).contains("write of 4 bytes");
  }

  @Test
  void flushOfCleanLines_isCountedByPlaceInTheProgram() {
    Finding finding =
        only(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(0, 1);
              map.persist(0, 256);
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.CLEAN_FLUSH);
    assertThat(finding.count()).isEqualTo(3);
    assertThat(finding.toString()).contains("flushed without need").contains("and 2 more");
  }

  @Test
  void flushAfterNonTemporalStore_isFoundNeedless() {
    Finding finding =
        only(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.fill(0, 64, (byte) 1, CopyMode.NO_DRAIN.nonTemporal());
              map.persist(0, 64);
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.CLEAN_FLUSH);
  }

  @Test
  void lineFlushedAgainBeforeAFence_isFound() {
    Finding finding =
        only(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(0, 1);
              map.flush(0, 8);
              map.putLong(8, 1);
              map.flush(8, 8);
              map.drain();
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.FLUSHED_TWICE);
  }

  @Test
  void lineFlushedAgainAfterAFence_isNotFound() {
    explore(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              for (int value = 1; value < 3; value++) {
                map.putLong(0, value);
                map.persist(0, 8);
              }
            })
        .assertNoFindings();
  }

  @Test
  void syncOfCleanPage_isFoundAtPageGranularity() {
    Finding finding =
        only(
            Granularity.PAGE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(0, 1);
              map.persist(0, 8);
              map.persist(64, 8);
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.CLEAN_FLUSH);
  }

  @Test
  void storeOutsideATransaction_isFoundOnceTransactionsAreMarked() {
    Finding finding =
        only(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              log.beginTransaction();
              map.putLong(0, 1);
              log.endTransaction();
              map.putLong(8, 1);
              map.persist(0, 16);
            });
    assertThat(finding.kind()).isEqualTo(Finding.Kind.OUTSIDE_TRANSACTION);
    assertThat(finding.first()).contains("data 0x8");
  }

  @Test
  void assertNoFindings_listsThem() {
    CrashReport report =
        explore(Granularity.CACHE_LINE, (medium, log) -> map(medium).putLong(0, 1));
    assertThatThrownBy(report::assertNoFindings)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1 finding")
        .hasMessageContaining("not flushed");
  }

  private static Finding only(Granularity granularity, Workload program) {
    List<Finding> findings = explore(granularity, program).diagnosis();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private static CrashReport explore(Granularity granularity, Workload program) {
    return CrashExploration.of(granularity)
        .prepare(Programs::createFile)
        .run(program)
        .statesAtMost(1)
        .explore();
  }
}
