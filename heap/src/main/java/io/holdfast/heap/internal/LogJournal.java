package io.holdfast.heap.internal;

import io.holdfast.heap.Checkpoints;
import io.holdfast.heap.HeapFailedException;
import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a heap on an ordinary file: one ordered log, one shared sync for concurrent
 * commits.
 *
 * <p><b>Order.</b> Under the append lock a record draws its number, is copied to the log's mirror
 * in DRAM and applied to the private mapping. The order in the log is the order of commit, so a
 * transaction's locks are given back before its record is durable: whoever has read its effects
 * comes later in the log.
 *
 * <p><b>Durability.</b> Who waits first writes everything appended so far and syncs once; the
 * others find their record durable. Recovery applies the records from the watermark on and stops at
 * the first that is missing or invalid.
 *
 * <p><b>The checkpoint</b> holds appenders while the changed lines are copied and the last number
 * applied is noted; makes the log durable up to it; writes the copy home; syncs; writes W. So no
 * byte reaches the file before the record that wrote it is durable. The log has two halves; one is
 * used again when the durable W has passed its last record. A background thread checkpoints
 * whenever a half is full.
 *
 * <p><b>Lock order:</b> checkpoint, sync, append.
 */
final class LogJournal extends Journal {
  private final PmemFile file;
  private final PmemMap map;
  private final Geometry geometry;
  private final MemorySegment mirror;
  private final ReentrantLock checkpointing = new ReentrantLock();
  private final ReentrantLock syncing = new ReentrantLock();
  private final ReentrantLock appending = new ReentrantLock();
  private final Condition halfFull = appending.newCondition();
  private final HomeLines dirty = new HomeLines();
  private final long[] lastSequences = new long[2];
  private final @Nullable Thread checkpointer;

  private Watermark watermark;
  private volatile long home;
  private volatile long durable;
  private volatile long appended;
  private final long[] filled = new long[2];
  private final long[] written = new long[2];
  private int half;
  private int previousCrc;
  private boolean wanted;
  private boolean closing;

  LogJournal(
      PmemFile file,
      PmemMap map,
      Geometry geometry,
      Watermark watermark,
      Failure failure,
      Checkpoints checkpoints) {
    super(failure);
    this.file = file;
    this.map = map;
    this.geometry = geometry;
    this.watermark = watermark;
    this.home = watermark.sequence();
    this.durable = watermark.sequence();
    this.appended = watermark.sequence();
    this.mirror = Arena.ofAuto().allocate(2 * geometry.logHalfBytes(), RecordLayout.ALIGNMENT);
    this.checkpointer =
        checkpoints == Checkpoints.INLINE
            ? null
            : Thread.ofPlatform()
                .daemon()
                .name("holdfast-checkpoint " + failure.path())
                .start(this::checkpointWhenWanted);
  }

  @Override
  long maxRecordBytes() {
    // the note of what is durable is added when the record is appended
    return geometry.logHalfBytes() - RecordLayout.ALIGNMENT;
  }

  @Override
  long commit(JournalRecord journalled, JournalRecord applied) {
    journalled.ensure(8);
    while (true) {
      appending.lock();
      try {
        failure.check();
        if (hasRoom(journalled.length() + 8)) {
          return append(journalled, applied);
        }
      } finally {
        appending.unlock();
      }
      checkpoint();
    }
  }

  /** Under the append lock: whether a record fits, if need be after switching to the other half. */
  private boolean hasRoom(long bytes) {
    long padded = HeapLayout.roundUp(bytes, RecordLayout.ALIGNMENT);
    if (filled[half] + padded <= geometry.logHalfBytes()) {
      return true;
    }
    if (lastSequences[1 - half] > home) {
      return false;
    }
    half = 1 - half;
    filled[half] = 0;
    written[half] = 0;
    previousCrc = 0;
    wanted = true;
    halfFull.signal();
    return true;
  }

  private long append(JournalRecord journalled, JournalRecord applied) {
    dirty.reserve(applied.length() / 16);
    long sequence = appended + 1;
    journalled.synced(durable);
    long halfStart = half * geometry.logHalfBytes();
    long position = filled[half];
    int crc =
        journalled.seal(
            sequence,
            RecordLayout.chain(watermark.salt(), geometry.logOffset() + halfStart, previousCrc));
    long length = journalled.paddedLength();
    MemorySegment.copy(
        journalled.buffer(), JournalRecord.START, mirror, halfStart + position, length);
    apply(applied);
    filled[half] = position + length;
    previousCrc = crc;
    lastSequences[half] = sequence;
    appended = sequence;
    return sequence;
  }

  /** A record applied in part is in no log, and must neither be read as a whole nor go home. */
  private void apply(JournalRecord applied) {
    try {
      applied.apply(map, dirty);
    } catch (RuntimeException | Error e) {
      failure.fail(e);
      failure.check();
    }
  }

  @Override
  void awaitDurable(long sequence) {
    try {
      makeDurable(sequence);
    } catch (HeapFailedException e) {
      throw new OutcomeUnknownException(
          "%s: whether the transaction is durable cannot be known, since writing the log failed (%s)"
              .formatted(failure.path(), e.getMessage()),
          e);
    }
  }

  private void makeDurable(long sequence) {
    if (durable >= sequence) {
      return;
    }
    syncing.lock();
    try {
      if (durable < sequence) {
        failing(this::writeAppended);
      }
    } finally {
      syncing.unlock();
    }
  }

  /**
   * Under the sync lock: writes what has been appended since the last time, and syncs once. Both
   * halves may hold some of it, even if the last time had come as far as the current one: it has
   * been entered again since, and so has the other.
   */
  private void writeAppended() {
    int current;
    long olderFrom;
    long olderTo;
    long from;
    long to;
    long sequence;
    appending.lock();
    try {
      sequence = appended;
      current = half;
      olderFrom = written[1 - half];
      olderTo = filled[1 - half];
      from = written[half];
      to = filled[half];
      written[1 - half] = olderTo;
      written[half] = to;
    } finally {
      appending.unlock();
    }
    if (olderTo > olderFrom) {
      file.write(logPlace(1 - current, olderFrom), part(1 - current, olderFrom, olderTo));
      file.write(logPlace(current, from), part(current, from, to));
      file.sync();
    } else {
      file.writeDurably(logPlace(current, from), part(current, from, to));
    }
    durable = sequence;
  }

  private long logPlace(int inHalf, long at) {
    return geometry.logOffset() + inHalf * geometry.logHalfBytes() + at;
  }

  private MemorySegment part(int inHalf, long from, long to) {
    return mirror.asSlice(inHalf * geometry.logHalfBytes() + from, to - from);
  }

  @Override
  long lastSequence() {
    return appended;
  }

  @Override
  void writeExtent(long offset, MemorySegment source, long from, long length) {
    failing(() -> file.write(offset, source.asSlice(from, length)));
  }

  @Override
  void writeInPlace(long offset, long length) {
    // the first and last line may hold others' bytes too; a checkpoint that has copied them before
    // these bytes were stored must not write its copy after this
    checkpointing.lock();
    try {
      failing(() -> file.write(offset, map.segment().asSlice(offset, length)));
    } finally {
      checkpointing.unlock();
    }
  }

  @Override
  void syncInPlace() {
    failing(file::sync);
  }

  @Override
  void checkpoint() {
    checkpointing.lock();
    try {
      long w;
      HomeLines.Copy copy;
      appending.lock();
      try {
        w = appended;
        copy = dirty.take(map);
      } finally {
        appending.unlock();
      }
      if (w == home || failure.isFailed()) {
        return;
      }
      makeDurable(w);
      failing(
          () -> {
            copy.writeTo(file);
            file.sync();
            Watermark advanced = watermark.advancedTo(w);
            advanced.persist(file);
            watermark = advanced;
          });
      home = w;
    } finally {
      checkpointing.unlock();
    }
  }

  private void checkpointWhenWanted() {
    try {
      while (true) {
        appending.lock();
        try {
          while (!wanted && !closing) {
            halfFull.awaitUninterruptibly();
          }
          if (closing) {
            return;
          }
          wanted = false;
        } finally {
          appending.unlock();
        }
        checkpoint();
      }
    } catch (RuntimeException | Error e) {
      // the failure is remembered, and told to whoever uses the heap next
      failure.fail(e);
      System.getLogger("io.holdfast.heap")
          .log(System.Logger.Level.ERROR, () -> failure.path() + ": checkpoint failed", e);
    }
  }

  @Override
  long watermark() {
    return home;
  }

  @Override
  void close() {
    appending.lock();
    try {
      closing = true;
      halfFull.signal();
    } finally {
      appending.unlock();
    }
    boolean interrupted = false;
    while (checkpointer != null && checkpointer.isAlive()) {
      try {
        checkpointer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
