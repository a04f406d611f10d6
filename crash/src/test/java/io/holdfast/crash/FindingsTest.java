package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.FOLDER;
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

/** What findings say besides their kind, and how they are suppressed. */
class FindingsTest {
  private static void flush(PmemMap map, long offset) {
    map.flush(offset, 8);
  }

  @Test
  void flushWithoutFence_showsTheFlush() {
    Finding finding =
        only(
            cacheLines(
                (medium, _) -> {
                  PmemMap map = map(medium);
                  map.putLong(8, 1);
                  flush(map, 8);
                }));
    assertThat(finding.kind()).isEqualTo(Finding.Kind.NOT_FENCED);
    assertThat(finding.stack().getFirst().getMethodName()).contains("flushWithoutFence");
    assertThat(finding.relatedStack().getFirst().getMethodName()).isEqualTo("flush");
    assertThat(finding.remedy()).contains("fence (drain) by the same thread after the flush");
  }

  @Test
  void storeAgainAfterTheFlush_isNotFlushed() {
    Finding finding =
        only(
            cacheLines(
                (medium, _) -> {
                  PmemMap map = map(medium);
                  map.putLong(8, 1);
                  flush(map, 8);
                  map.putLong(8, 2);
                  map.drain();
                }));
    assertThat(finding.kind()).isEqualTo(Finding.Kind.NOT_FLUSHED);
    assertThat(finding.first()).contains("02 00");
  }

  @Test
  void nonTemporalStoreWithoutFence_isNotFenced() {
    Finding finding =
        only(
            cacheLines(
                (medium, _) -> map(medium).fill(0, 8, (byte) 1, CopyMode.NO_DRAIN.nonTemporal())));
    assertThat(finding.kind()).isEqualTo(Finding.Kind.NOT_FENCED);
  }

  @Test
  void promise_isShownWithItsPlace() {
    Finding finding =
        only(
            cacheLines(
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(8, 1);
                  promise(log);
                  map.persist(8, 8);
                }));
    assertThat(finding.related()).isEqualTo("promised durable");
    assertThat(finding.relatedStack().getFirst().getMethodName()).isEqualTo("promise");
    assertThat(finding.remedy()).contains("before the promise");
  }

  private static void promise(RunLog log) {
    log.promiseDurable();
  }

  @Test
  void flushTwice_showsTheFirst() {
    Finding finding =
        only(
            cacheLines(
                (medium, _) -> {
                  PmemMap map = map(medium);
                  map.putLong(8, 1);
                  flush(map, 8);
                  map.persist(8, 8);
                }));
    assertThat(finding.kind()).isEqualTo(Finding.Kind.FLUSHED_TWICE);
    assertThat(finding.relatedStack().getFirst().getMethodName()).isEqualTo("flush");
    assertThat(finding.remedy()).isEqualTo("leave out one of the two");
  }

  @Test
  void namesAndSizesNeverSynced_areFound() {
    List<Finding> findings =
        CrashExploration.of(Granularity.PAGE)
            .prepare(Programs::createFile)
            .run(
                (medium, _) -> {
                  medium.rename(FILE, FOLDER.resolve("new"));
                  try (PmemFile file = medium.open(FOLDER.resolve("new"), FileAccess.READ_WRITE)) {
                    file.truncate(10);
                  }
                })
            .explore()
            .diagnosis();
    assertThat(findings).extracting(Finding::kind).containsOnly(Finding.Kind.NOT_SYNCED);
    assertThat(findings)
        .extracting(Finding::remedy)
        .containsExactly(
            "sync folder /simulated before the end of the run",
            "sync the file before the end of the run");
  }

  @Test
  void namesAndSizesSynced_areNot() {
    CrashExploration.of(Granularity.PAGE)
        .prepare(Programs::createFile)
        .run(
            (medium, log) -> {
              medium.rename(FILE, FOLDER.resolve("new"));
              medium.syncFolder(FOLDER);
              try (PmemFile file = medium.open(FOLDER.resolve("new"), FileAccess.READ_WRITE)) {
                file.truncate(10);
                file.sync();
              }
              log.promiseDurable();
            })
        .explore()
        .assertNoFindings();
  }

  private static CrashExploration overwriting() {
    return cacheLines(
        (medium, _) -> {
          PmemMap map = map(medium);
          first(map);
          map.putLong(64, 1);
          map.putLong(0, 2); // the third event, two after the first
          map.persist(0, 128);
          map.putLong(0, 3); // the first is durable
          map.persist(0, 8);
        });
  }

  private static void first(PmemMap map) {
    map.putLong(0, 1);
  }

  @Test
  void overwrites_areReportedIfAskedForOnly() {
    overwriting().explore().assertNoFindings();
    Finding finding = only(overwriting().reportOverwrites(0));
    assertThat(finding.kind()).isEqualTo(Finding.Kind.OVERWRITTEN);
    assertThat(finding.count()).isEqualTo(1);
    assertThat(finding.first()).contains("02 00");
    assertThat(finding.relatedStack().getFirst().getMethodName()).isEqualTo("first");
  }

  @Test
  void overwrites_withinTheTolerance_areNotReported() {
    assertThat(overwriting().reportOverwrites(1).explore().diagnosis()).hasSize(1);
    overwriting().reportOverwrites(2).explore().assertNoFindings();
    assertThatThrownBy(() -> overwriting().reportOverwrites(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void suppressed_isListedWithItsReason() {
    CrashReport report =
        counters()
            .suppress(
                Finding.Kind.NOT_FLUSHED, "io.holdfast.crash.FindingsTest#first", "a statistic")
            .explore()
            .assertNoFindings();
    Suppression suppression = report.suppressions().getFirst();
    assertThat(suppression.findings()).hasSize(1);
    assertThat(suppression.reason()).isEqualTo("a statistic");
    assertThat(suppression.toString())
        .isEqualTo(
            "suppressed: 1 finding, not flushed at io.holdfast.crash.FindingsTest#first: a statistic");
    assertThat(report.toString()).doesNotContain("suppressed");
  }

  @Test
  void suppression_byClassOrCondition() {
    counters()
        .suppress(Finding.Kind.NOT_FLUSHED, "io.holdfast.crash.FindingsTest", "all of it")
        .explore()
        .assertNoFindings();
    counters()
        .suppress(
            Finding.Kind.NOT_FLUSHED,
            "offset 0",
            finding -> finding.first().startsWith("data 0x0,"),
            "a statistic")
        .explore()
        .assertNoFindings();
  }

  @Test
  void suppressionOfSomethingElse_helpsNothingAndIsReported() {
    for (String where :
        List.of(
            "io.holdfast.crash.FindingsTest#second",
            "io.holdfast.crash.Findings",
            "first",
            "io.holdfast.crash.FindingsTest#")) {
      CrashReport report =
          counters().suppress(Finding.Kind.NOT_FLUSHED, where + "x", "a statistic").explore();
      assertThat(report.diagnosis()).hasSize(1);
      assertThat(report.toString())
          .contains("suppressed for nothing: not flushed at " + where + "x (a statistic)");
      assertThatThrownBy(report::assertNoFindings)
          .hasMessageContaining("suppressed for nothing")
          .hasMessageStartingWith("1 finding");
    }
    assertThat(
            counters()
                .suppress(
                    Finding.Kind.NOT_FENCED, "io.holdfast.crash.FindingsTest#first", "another kind")
                .explore()
                .diagnosis())
        .hasSize(1);
  }

  @Test
  void suppressionWithoutPlaceOrReason_isRefused() {
    assertThatThrownBy(() -> counters().suppress(Finding.Kind.NOT_FLUSHED, " ", "reason"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without a place");
    assertThatThrownBy(() -> counters().suppress(Finding.Kind.NOT_FLUSHED, "a.B", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without a reason");
  }

  private static CrashExploration counters() {
    return cacheLines((medium, _) -> first(map(medium)));
  }

  private static CrashExploration cacheLines(Workload run) {
    return CrashExploration.of(Granularity.CACHE_LINE).prepare(Programs::createFile).run(run);
  }

  private static Finding only(CrashExploration exploration) {
    List<Finding> findings = exploration.explore().diagnosis();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }
}
