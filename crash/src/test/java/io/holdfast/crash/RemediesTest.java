package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.FOLDER;
import static io.holdfast.crash.Programs.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a failure says was missing, and who came closest to doing it. */
class RemediesTest {
  private static final Path OTHER = FOLDER.resolve("other");

  @Test
  void storeNeverFlushed() {
    CrashFailure.Loss loss =
        loss(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              map(medium).putLong(8, 1);
              log.acknowledge("done");
            });
    assertThat(loss.remedy())
        .startsWith("not flushed: flush 0x8-0x10 of data, and fence, before the acknowledgement")
        .contains("of \"done\" at RemediesTest.java:");
    assertThat(loss.missed()).isEmpty();
    assertThat(loss.stored().getFirst().getMethodName()).contains("storeNeverFlushed");
    assertThat(loss.left()).isEqualTo("00 00 00 00 00 00 00 00");
    assertThat(loss.expected()).isEqualTo("01 00 00 00 00 00 00 00");
  }

  @Test
  void flushOfTooShortARange_isWhatCameClosest() {
    CrashFailure.Loss loss =
        loss(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(8, 1);
              map.putLong(64, 1);
              flush(map, 0, 64);
              map.drain();
              log.acknowledge("done, 64 too");
            });
    assertThat(loss.position()).isEqualTo(64);
    assertThat(loss.remedy()).contains("covers 0x0-0x40): flush 0x40-0x48 of data");
    assertThat(loss.missed().getFirst().getMethodName()).isEqualTo("flush");
  }

  @Test
  void flushBeforeTheStore_isNamed() {
    CrashFailure.Loss loss =
        loss(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              flush(map, 0, 8);
              map.putLong(0, 1);
              map.drain();
              log.acknowledge("done");
            });
    assertThat(loss.remedy()).contains("not flushed again after the flush at RemediesTest.java:");
    assertThat(loss.missed().getFirst().getMethodName()).isEqualTo("flush");
  }

  @Test
  void flushWithoutAFence() {
    CrashFailure.Loss loss =
        loss(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(0, 1);
              flush(map, 0, 8);
              log.acknowledge("done");
            });
    assertThat(loss.remedy())
        .startsWith("flushed at RemediesTest.java:")
        .contains("but not fenced by")
        .contains(": fence (drain) before the acknowledgement");
    assertThat(loss.missed().getFirst().getMethodName()).isEqualTo("flush");
  }

  @Test
  void fenceOfAnotherThread_isNamed() {
    CrashFailure.Loss loss =
        loss(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              PmemMap map = map(medium);
              map.putLong(0, 1);
              flush(map, 0, 8);
              Thread other = Thread.ofPlatform().name("other").start(map::drain);
              other.join();
              log.acknowledge("done");
            });
    assertThat(loss.remedy()).contains("(the one of other").contains("that thread's flushes only");
  }

  @Test
  void nonTemporalStoreWithoutAFence() {
    CrashFailure.Loss loss =
        loss(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              map(medium).fill(0, 8, (byte) 1, CopyMode.NO_DRAIN.nonTemporal());
              log.acknowledge("done");
            });
    assertThat(loss.remedy()).startsWith("stored past the caches, but not fenced by");
  }

  @Test
  void pageNotFlushed() {
    CrashFailure.Loss loss =
        loss(
            Granularity.PAGE,
            (medium, log) -> {
              map(medium).putLong(0, 1);
              log.acknowledge("done");
            });
    assertThat(loss.remedy()).startsWith("not flushed: flush 0x0-0x8 of data before");
  }

  @Test
  void storeOfSeveralWordsAtByteGranularity_isTorn() {
    CrashFailure.Loss loss =
        lossOf(
            exploration(
                    Granularity.BYTE,
                    (medium, _) -> map(medium).fill(0, 16, (byte) 1, CopyMode.NO_FLUSH))
                .check(
                    (medium, _) -> {
                      if (Programs.word(medium, 0) != Programs.word(medium, 8)) {
                        throw new IllegalStateException("torn");
                      }
                      return "";
                    }));
    assertThat(loss.remedy()).contains("can be cut into words of 8");
  }

  @Test
  void fileNotSynced_andTheSyncOfAnotherFile() {
    CrashFailure.Loss loss =
        lossOf(
            exploration(
                    Granularity.PAGE,
                    (medium, log) -> {
                      try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE);
                          PmemFile other = medium.open(OTHER, FileAccess.READ_WRITE)) {
                        file.write(0, Programs.bytes("text"));
                        other.sync();
                        log.acknowledge("done");
                      }
                    })
                .prepare(
                    (medium, log) -> {
                      Programs.createFile(medium, log);
                      medium.create(OTHER).close();
                    })
                .check(
                    (medium, log) -> {
                      if (log.hasAcknowledged("done")
                          && !Programs.read(medium, FILE).startsWith("text")) {
                        throw new IllegalStateException("no text");
                      }
                      return "";
                    }));
    assertThat(loss.remedy())
        .startsWith("not synced (the sync at RemediesTest.java:")
        .contains("is of other): sync data before the acknowledgement of \"done\"");
    assertThat(loss.missed()).isNotEmpty();
  }

  @Test
  void failedSync_isNotRepeated() {
    CrashFailure.Loss loss =
        lossOf(
            exploration(
                    Granularity.PAGE,
                    (medium, log) -> {
                      try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
                        file.write(0, Programs.bytes("text"));
                        medium.failAt(Operation.SYNC, 1);
                        try {
                          file.sync();
                        } catch (RuntimeException e) {
                          file.sync();
                        }
                        log.acknowledge("done");
                      }
                    })
                .check(
                    (medium, log) -> {
                      if (log.hasAcknowledged("done")
                          && !Programs.read(medium, FILE).startsWith("text")) {
                        throw new IllegalStateException("no text");
                      }
                      return "";
                    }));
    assertThat(loss.remedy())
        .startsWith("the sync at RemediesTest.java:")
        .contains("failed, and a later one does not cover what it left: write data anew");
  }

  @Test
  void folderNotSynced() {
    CrashFailure.Loss loss =
        lossOf(
            exploration(
                    Granularity.PAGE,
                    (medium, log) -> {
                      medium.rename(FILE, OTHER);
                      log.acknowledge("done");
                    })
                .check(
                    (medium, log) -> {
                      if (log.hasAcknowledged("done")
                          && !Set.copyOf(medium.files()).contains(OTHER)) {
                        throw new IllegalStateException("not renamed");
                      }
                      return "";
                    }));
    assertThat(loss.what()).isEqualTo("/simulated/data renamed to /simulated/other");
    assertThat(loss.position()).isEqualTo(-1);
    assertThat(loss.remedy())
        .startsWith("the folder was not synced: sync folder /simulated before the acknowledgement");
  }

  @Test
  void sizeNotSynced() {
    CrashFailure.Loss loss =
        lossOf(
            exploration(
                    Granularity.PAGE,
                    (medium, log) -> {
                      try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
                        file.truncate(100);
                        log.acknowledge("done");
                      }
                    })
                .check(
                    (medium, log) -> {
                      if (log.hasAcknowledged("done")
                          && Programs.read(medium, FILE).length() > 100) {
                        throw new IllegalStateException("too long");
                      }
                      return "";
                    }));
    assertThat(loss.what()).isEqualTo("data its size of 100 bytes");
    assertThat(loss.remedy()).startsWith("its size was not synced: sync data before");
  }

  @Test
  void assertionMessage_beginsWithWhatToDo() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  map(medium).putLong(0, 1);
                  log.acknowledge("done");
                })
            .named("put")
            .explore();
    AssertionError error = assertThrows(AssertionError.class, report::assertConsistent);
    assertThat(error.getMessage().lines().limit(4))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .isEqualTo(
                        "put: a power failure after event 2 breaks it: IllegalStateException: lost"),
            line ->
                assertThat(line)
                    .startsWith("  data 0x0: 8 bytes stored at RemediesTest.java:")
                    .contains("flush 0x0-0x8 of data, and fence, before the acknowledgement"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "  to see it again: -Dholdfast.crash.replay="
                            + report.failures().getFirst().replay()),
            line -> assertThat(line).startsWith("CACHE_LINE, 2 events"));
  }

  private static void flush(PmemMap map, long offset, long length) {
    map.flush(offset, length);
  }

  /** What is lost of a program after whose word every word that it stored must be there. */
  private static CrashFailure.Loss loss(Granularity granularity, Workload run) {
    return lossOf(exploration(granularity, run));
  }

  private static CrashFailure.Loss lossOf(CrashExploration exploration) {
    CrashFailure failure = exploration.explore().failures().getFirst();
    assertThat(failure.crashes()).hasSize(1);
    assertThat(failure.crashes().getFirst().losses()).hasSize(1);
    return failure.crashes().getFirst().losses().getFirst();
  }

  private static CrashExploration exploration(Granularity granularity, Workload run) {
    return CrashExploration.of(granularity)
        .prepare(Programs::createFile)
        .crashesInRecovery(0)
        .run(run)
        .check(
            (medium, log) -> {
              if (log.hasAcknowledged("done")
                  && Programs.word(medium, 0) + Programs.word(medium, 8) == 0) {
                throw new IllegalStateException("lost");
              }
              if (log.hasAcknowledged("done, 64 too") && Programs.word(medium, 64) == 0) {
                throw new IllegalStateException("lost");
              }
              return "";
            });
  }
}
