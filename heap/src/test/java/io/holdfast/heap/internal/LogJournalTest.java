package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.Operation;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Checkpoints;
import io.holdfast.heap.HeapFailedException;
import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of a heap on an ordinary file, by itself. */
final class LogJournalTest {
  private static final Path PATH = Path.of("/simulated/log.heap");
  private static final Geometry GEOMETRY = new Geometry(1 << 20, 1, 128, 4096, 4096);
  private static final long HOME = GEOMETRY.firstZoneOffset() + 4096;

  private final SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
  private final JournalRecord record = new JournalRecord();
  private InterposedFile file;
  private PmemMap map;
  private LogJournal journal;

  @BeforeEach
  void openLog() {
    var simulated = medium.create(PATH);
    simulated.allocate(0, GEOMETRY.limitBytes());
    file = new InterposedFile(simulated);
    Watermark watermark = new Watermark(1, 0, 1);
    watermark.format(file);
    map =
        medium.map(
            PmemSource.of(simulated),
            MapConfig.defaults()
                .withRequiredGranularity(Granularity.PAGE)
                .withSharing(MapConfig.Sharing.PRIVATE));
    journal = new LogJournal(file, map, GEOMETRY, watermark, new Failure(PATH), Checkpoints.INLINE);
  }

  private long commit(long offset, long value) {
    record.clear();
    record.word(offset, value);
    return journal.commit(record, record);
  }

  private long onMedium(long offset) {
    long[] word = new long[1];
    file.read(offset, MemorySegment.ofArray(word));
    return word[0];
  }

  @Test
  void commit_isVisibleAtOnce_andReachesItsHomeAtTheCheckpointOnly() {
    long sequence = commit(HOME, 7);
    journal.awaitDurable(sequence);
    assertThat(map.getLong(HOME)).isEqualTo(7);
    assertThat(onMedium(HOME)).isZero();
    journal.checkpoint();
    assertThat(onMedium(HOME)).isEqualTo(7);
    assertThat(journal.watermark()).isEqualTo(sequence);
  }

  @Test
  void commit_faultWhileItIsApplied_neverReachesTheMedium() {
    record.clear();
    record.word(HOME, 1);
    record.word(GEOMETRY.limitBytes(), 1); // storing there throws, as a memory fault would
    assertThatThrownBy(() -> journal.commit(record, record))
        .isInstanceOf(HeapFailedException.class);
    assertThatThrownBy(() -> commit(HOME + 8, 2)).isInstanceOf(HeapFailedException.class);
    journal.checkpoint();
    assertThat(onMedium(HOME)).as("half of a transaction went home").isZero();
    assertThat(Recovery.run(file, GEOMETRY, 2).sequence()).isZero();
  }

  @Test
  void awaitDurable_manyCommits_shareOneSync() {
    for (int i = 1; i <= 5; i++) {
      assertThat(commit(HOME + 8L * i, i)).isEqualTo(i);
    }
    journal.awaitDurable(4);
    assertThat(file.syncs()).isEqualTo(1);
    for (int i = 1; i <= 5; i++) {
      journal.awaitDurable(i);
    }
    assertThat(file.syncs()).as("the first one has made all five durable").isEqualTo(1);
  }

  @Test
  void virtualThread_leavesFileCallsToPlatformThreads() throws Exception {
    List<Boolean> virtual = new ArrayList<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  long sequence = commit(HOME, 1);
                  file.beforeNextWrite(() -> virtual.add(Thread.currentThread().isVirtual()));
                  journal.awaitDurable(sequence);
                  file.beforeNextWrite(() -> virtual.add(Thread.currentThread().isVirtual()));
                  journal.checkpoint();
                });
    thread.join();
    assertThat(virtual).containsExactly(false, false);
    assertThat(journal.watermark()).isEqualTo(1);
  }

  @Test
  void awaitDurable_writingFails_isUnknownToAllWhoWaitAndNotTriedAgain() {
    long first = commit(HOME, 1);
    long second = commit(HOME + 8, 2);
    medium.failAt(Operation.WRITE, 1);
    assertThatThrownBy(() -> journal.awaitDurable(second))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("EIO");
    assertThatThrownBy(() -> journal.awaitDurable(first))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> commit(HOME + 16, 3)).isInstanceOf(HeapFailedException.class);
    journal.checkpoint();
    assertThat(onMedium(HOME)).as("written home though not durable").isZero();
  }

  @Test
  void commit_manyTimesWhatTheLogHoldsWithoutASync_isRecoveredOnceDurable() {
    for (int i = 1; i <= 1000; i++) {
      commit(HOME, i);
      if (i % 61 == 0) {
        journal.awaitDurable(i);
      }
    }
    journal.awaitDurable(1000);
    assertThat(onMedium(HOME)).isEqualTo(journal.watermark()).isBetween(1L, 999L);
    assertThat(Recovery.run(file, GEOMETRY, 2).sequence()).isEqualTo(1000);
    assertThat(onMedium(HOME)).isEqualTo(1000);
  }

  @Test
  void writeInPlace_whileACheckpointHasAnOlderCopyOfItsLine_staysOnTheMedium() throws Exception {
    commit(HOME, 1); // the neighbour in the line, which is why the checkpoint copies it
    Thread other =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  map.putLong(HOME + 8, 2);
                  journal.writeInPlace(HOME + 8, 8);
                });
    journal.awaitDurable(1);
    file.beforeNextWrite(
        () -> {
          other.start();
          while (other.isAlive() && other.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
        });
    journal.checkpoint();
    other.join();
    assertThat(onMedium(HOME)).isEqualTo(1);
    assertThat(onMedium(HOME + 8)).isEqualTo(2);
  }
}
