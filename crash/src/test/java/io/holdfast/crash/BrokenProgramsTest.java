package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.FOLDER;
import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/**
 * The rules of the model, each broken by the smallest program that can, which must be caught, and
 * kept by its correct twin, which must pass. The bugs of real software, which break several at
 * once, are in the package {@code literature}.
 */
class BrokenProgramsTest {
  private static final long DATA = 0;
  private static final long FLAG = 8;
  private static final long OTHER_LINE = 64;

  // A store acknowledged without a flush.

  @Test
  void missingFlush_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.drain();
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  @Test
  void flushAndFence_pass() {
    assertPasses(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.persist(DATA, 8);
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  // A store acknowledged without a fence.

  @Test
  void missingFence_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.flush(DATA, 8);
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  @Test
  void fenceBeforeFlush_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.drain();
          map.flush(DATA, 8);
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  // A flag that is durable before the data it stands for.

  @Test
  void flagBeforeData_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(OTHER_LINE, 1);
          map.persist(OTHER_LINE, 8);
          map.putLong(DATA, 1);
          map.persist(DATA, 8);
        },
        BrokenProgramsTest::flagInOtherLineImpliesData);
  }

  @Test
  void flagAfterData_passes() {
    assertPasses(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.persist(DATA, 8);
          map.putLong(OTHER_LINE, 1);
          map.persist(OTHER_LINE, 8);
        },
        BrokenProgramsTest::flagInOtherLineImpliesData);
  }

  // Two lines between which nothing but their order in the program was meant to decide.

  @Test
  void twoLinesAssumedOrdered_areCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.flush(DATA, 8);
          map.putLongRelease(OTHER_LINE, 1);
          map.flush(OTHER_LINE, 8);
          map.drain();
        },
        BrokenProgramsTest::flagInOtherLineImpliesData);
  }

  // Two words of one line.

  @Test
  void plainStoresInOneLineAssumedOrdered_areCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.putLong(FLAG, 1);
          map.persist(DATA, 16);
        },
        BrokenProgramsTest::flagImpliesData);
  }

  @Test
  void orderedStoresInOneLine_pass() {
    assertPasses(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.putLongRelease(FLAG, 1);
          map.persist(DATA, 16);
        },
        BrokenProgramsTest::flagImpliesData);
  }

  @Test
  void orderedStoreBeforePlainOne_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLongRelease(DATA, 1);
          map.putLong(FLAG, 1);
          map.persist(DATA, 16);
        },
        BrokenProgramsTest::flagImpliesData);
  }

  // A fence drains its own thread's flushes only.

  @Test
  void flushByOneThreadFencedByAnother_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          inThread(() -> map.flush(DATA, 8));
          map.drain();
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  @Test
  void flushAndFenceByAnotherThread_pass() {
    assertPasses(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          inThread(() -> map.persist(DATA, 8));
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  @Test
  void nonTemporalStoreByOneThreadFencedByAnother_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          inThread(() -> storePastCaches(map, DATA, 1));
          map.drain();
          log.acknowledge("stored");
        },
        BrokenProgramsTest::acknowledgedIsThere);
  }

  // A non-temporal store is not ordered with a flushed one.

  @Test
  void nonTemporalStoreAssumedOrderedWithFlushedOne_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          storePastCaches(map, DATA, 1);
          map.putLongRelease(FLAG, 1);
          map.flush(FLAG, 8);
          map.drain();
        },
        BrokenProgramsTest::flagImpliesData);
  }

  @Test
  void nonTemporalStoreFencedBeforeFlushedOne_passes() {
    assertPasses(
        (medium, log) -> {
          PmemMap map = map(medium);
          storePastCaches(map, DATA, 1);
          map.drain();
          map.putLongRelease(FLAG, 1);
          map.flush(FLAG, 8);
          map.drain();
        },
        BrokenProgramsTest::flagImpliesData);
  }

  // Sixteen bytes do not arrive at once.

  @Test
  void tornStoreOf16Bytes_isCaughtAtEachGranularity() {
    for (Granularity granularity : Granularity.values()) {
      assertCaught(
          granularity,
          (medium, log) ->
              map(medium)
                  .copy(
                      DATA,
                      MemorySegment.ofArray(new long[] {1, 1}),
                      0,
                      16,
                      CopyMode.PERSIST.temporal()),
          BrokenProgramsTest::bothOrNone);
    }
  }

  @Test
  void unalignedStoreAcrossWords_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA + 4, 1L << 32 | 1);
          map.persist(DATA, 16);
        },
        BrokenProgramsTest::bothOrNone);
  }

  @Test
  void storeOf8Bytes_passesAtEachGranularity() {
    for (Granularity granularity : Granularity.values()) {
      assertPasses(
          granularity,
          (medium, log) -> {
            PmemMap map = map(medium);
            map.putLong(DATA, 1L << 32 | 1);
            map.persist(DATA, 8);
          },
          (medium, log) -> {
            assertThat(word(medium, DATA)).isIn(0L, 1L << 32 | 1);
            return "whole";
          });
    }
  }

  // A file is renamed over another before its bytes are durable.

  @Test
  void renameBeforeSync_isCaught() {
    assertReplacementCaught(
        (medium, log) -> {
          try (PmemFile file = medium.create(FOLDER.resolve("new"))) {
            file.write(0, Programs.bytes("new"));
          }
          medium.rename(FOLDER.resolve("new"), FILE);
          medium.syncFolder(FOLDER);
        });
  }

  @Test
  void renameWithoutSyncOfFolder_isCaught() {
    CrashReport report =
        replacement(
                (medium, log) -> {
                  replace(medium);
                  log.acknowledge("new");
                })
            .explore();
    assertThatThrownBy(report::assertConsistent).isInstanceOf(AssertionError.class);
  }

  @Test
  void renameAfterSync_passes() {
    CrashReport report =
        replacement(
                (medium, log) -> {
                  replace(medium);
                  medium.syncFolder(FOLDER);
                  log.acknowledge("new");
                })
            .explore()
            .assertConsistent();
    assertThat(report.outcomes().getLast().states()).containsOnlyKeys("new");
  }

  // What recovery reads may be visible without being durable: it must not be believed before it is
  // made durable again.

  @Test
  void visibleDataBelievedInRecovery_isCaught() {
    assertCaught(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.persist(DATA, 8);
        },
        (medium, log) -> {
          long found = word(medium, DATA);
          promiseIsKept(log, found);
          log.acknowledge("found " + found);
          return "found " + found;
        });
  }

  @Test
  void visibleDataMadeDurableInRecovery_passes() {
    assertPasses(
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(DATA, 1);
          map.persist(DATA, 8);
        },
        (medium, log) -> {
          long found;
          try (PmemMap map = map(medium)) {
            found = map.getLong(DATA);
            map.persist(DATA, 8);
          }
          promiseIsKept(log, found);
          log.acknowledge("found " + found);
          return "found " + found;
        });
  }

  // Recovery that cannot be run twice: it adds what was logged, and then clears the log.

  @Test
  void recoveryThatIsNotIdempotent_isCaught() {
    assertCaught(
        BrokenProgramsTest::logAnIncrement,
        (medium, log) -> {
          PmemMap map = map(medium);
          if (map.getLong(OTHER_LINE) != 0) {
            map.putLong(DATA, map.getLong(DATA) + 1);
            map.persist(DATA, 8);
            map.putLong(OTHER_LINE, 0);
            map.persist(OTHER_LINE, 8);
          }
          assertThat(map.getLong(DATA)).isIn(0L, 1L);
          return "count " + map.getLong(DATA);
        });
  }

  @Test
  void recoveryThatIsIdempotent_passes() {
    assertPasses(
        BrokenProgramsTest::logAnIncrement,
        (medium, log) -> {
          PmemMap map = map(medium);
          if (map.getLong(OTHER_LINE) != 0) {
            map.putLong(DATA, map.getLong(OTHER_LINE));
            map.persist(DATA, 8);
            map.putLong(OTHER_LINE, 0);
            map.persist(OTHER_LINE, 8);
          }
          assertThat(map.getLong(DATA)).isIn(0L, 1L);
          return "count " + map.getLong(DATA);
        });
  }

  private static void logAnIncrement(SimulatedMedium medium, RunLog log) {
    PmemMap map = map(medium);
    map.putLong(OTHER_LINE, 1);
    map.persist(OTHER_LINE, 8);
  }

  private static void promiseIsKept(RunLog log, long found) {
    if (log.hasAcknowledged("found 1")) {
      assertThat(found).isEqualTo(1);
    }
  }

  private static String acknowledgedIsThere(SimulatedMedium medium, RunLog log) {
    long found = word(medium, DATA);
    if (log.hasAcknowledged("stored")) {
      assertThat(found).isEqualTo(1);
    }
    return "found " + found;
  }

  private static String flagImpliesData(SimulatedMedium medium, RunLog log) {
    return implies(word(medium, FLAG), word(medium, DATA));
  }

  private static String flagInOtherLineImpliesData(SimulatedMedium medium, RunLog log) {
    return implies(word(medium, OTHER_LINE), word(medium, DATA));
  }

  private static String implies(long flag, long data) {
    if (flag == 1) {
      assertThat(data).isEqualTo(1);
    }
    return "flag %d, data %d".formatted(flag, data);
  }

  private static String bothOrNone(SimulatedMedium medium, RunLog log) {
    assertThat(word(medium, DATA) == 0).isEqualTo(word(medium, DATA + 8) == 0);
    return "whole";
  }

  private static void storePastCaches(PmemMap map, long offset, long value) {
    map.copy(
        offset, MemorySegment.ofArray(new long[] {value}), 0, 8, CopyMode.NO_DRAIN.nonTemporal());
  }

  private static void replace(SimulatedMedium medium) {
    try (PmemFile file = medium.create(FOLDER.resolve("new"))) {
      file.write(0, Programs.bytes("new"));
      file.sync();
    }
    medium.rename(FOLDER.resolve("new"), FILE);
  }

  private static CrashExploration replacement(Workload program) {
    return CrashExploration.of(Granularity.PAGE)
        .prepare(
            (medium, log) -> {
              medium.create(FILE).close();
              Programs.write(medium, FILE, "old");
            })
        .run(program)
        .check(
            (medium, log) -> {
              String text = Programs.read(medium, FILE);
              assertThat(text).isIn("old", "new");
              if (log.hasAcknowledged("new")) {
                assertThat(text).isEqualTo("new");
              }
              return text;
            });
  }

  private static void assertReplacementCaught(Workload program) {
    CrashReport report = replacement(program).explore();
    assertThatThrownBy(report::assertConsistent).isInstanceOf(AssertionError.class);
  }

  private static void inThread(Runnable action) throws InterruptedException {
    Thread thread = new Thread(action, "other");
    thread.start();
    thread.join();
  }

  private static CrashExploration exploration(
      Granularity granularity, Workload program, Check check) {
    return CrashExploration.of(granularity).prepare(Programs::createFile).run(program).check(check);
  }

  private static void assertCaught(Workload program, Check check) {
    assertCaught(Granularity.CACHE_LINE, program, check);
  }

  private static void assertCaught(Granularity granularity, Workload program, Check check) {
    CrashReport report = exploration(granularity, program, check).explore();
    assertThat(report.failures()).isNotEmpty();
  }

  private static void assertPasses(Workload program, Check check) {
    assertPasses(Granularity.CACHE_LINE, program, check);
  }

  private static void assertPasses(Granularity granularity, Workload program, Check check) {
    CrashReport report = exploration(granularity, program, check).explore().assertConsistent();
    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
  }
}
