package io.holdfast.heap.internal;

import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The journal of a heap on DAX memory: a ring per lane, one fence per record.
 *
 * <p><b>A record</b> is copied past the caches to the next place in its lane's current half and
 * fenced: the ordering point. Then its entries are stored to their home locations, whose lines are
 * noted and not flushed. A lane belongs to one commit from before the record's number is drawn
 * until it is applied; no user code runs in between.
 *
 * <p><b>Scans</b> begin at the starts of halves, and each record's CRC covers the CRC of the one
 * before. A lane begins a record only after the one before is durable, so that in each half at most
 * the last can be invalid.
 *
 * <p><b>The checkpoint</b> computes W, flushes the noted lines of all lanes, fences, and writes W.
 * Before drawing its number a lane announces the counter's value; W stays below every announcement,
 * so every record up to W has been applied, and its lines were noted, when the checkpoint looks at
 * the notes. A half is used again only when the durable W has passed its last record.
 *
 * <p><b>Threads:</b> any number; more than there are lanes only wait.
 */
final class LaneJournal extends Journal {
  private static final CopyMode RECORD = CopyMode.PERSIST.nonTemporal();
  private static final CopyMode EXTENT = CopyMode.NO_DRAIN.nonTemporal();
  private static final int RECENT_LINES = 256;
  private static final int SPINS = 64;
  private static final long WAIT_NANOS = 20_000;

  private final PmemMap map;
  private final Geometry geometry;
  private final Lane[] lanes;
  private final AtomicLong nextSequence;

  /** Takes the lines of a record with extents, which would not fit into a lane's notes. */
  private final JournalRecord.DirtyLines flushing;

  private final ReentrantLock checkpointing = new ReentrantLock();
  private final long[] noted;
  private final long[] recent = new long[RECENT_LINES];
  private Watermark watermark;
  private volatile long durable;

  LaneJournal(PmemMap map, Geometry geometry, Watermark watermark, Failure failure) {
    super(failure);
    this.map = map;
    this.geometry = geometry;
    this.watermark = watermark;
    this.durable = watermark.sequence();
    this.flushing = offset -> map.flush(offset, 1);
    this.nextSequence = new AtomicLong(watermark.sequence() + 1);
    this.lanes = new Lane[geometry.lanes()];
    this.noted = new long[geometry.lanes()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane(geometry.laneOffset(i), geometry.laneHalfBytes());
    }
  }

  @Override
  long maxRecordBytes() {
    return geometry.laneHalfBytes();
  }

  @Override
  long commit(JournalRecord journalled, JournalRecord applied) {
    Lane lane = acquire();
    try {
      failure.check();
      long length = journalled.paddedLength();
      ensureRoom(lane, length);
      return commit(lane, journalled, length, applied);
    } finally {
      lane.release();
    }
  }

  private long commit(Lane lane, JournalRecord journalled, long length, JournalRecord applied) {
    try {
      lane.announce(nextSequence.get());
      long sequence = nextSequence.getAndIncrement();
      int crc = journalled.seal(sequence, lane.chain(watermark.salt()));
      map.copy(lane.position(), journalled.buffer(), JournalRecord.START, length, RECORD);
      if (journalled == applied) {
        applied.apply(map, lane);
      } else {
        applied.apply(map, flushing);
        map.drain();
      }
      lane.advance(length, crc, sequence);
      return sequence;
    } catch (RuntimeException | Error e) {
      // the lane stays announced, so that W never passes this record
      failure.fail(e);
      throw new OutcomeUnknownException(
          "%s: whether the transaction is durable cannot be known (%s)"
              .formatted(failure.path(), e.getMessage()),
          e);
    }
  }

  private Lane acquire() {
    int first = (int) Thread.currentThread().threadId();
    for (int round = 0; ; round++) {
      for (int i = 0; i < lanes.length; i++) {
        Lane lane = lanes[(first + i & Integer.MAX_VALUE) % lanes.length];
        if (lane.tryAcquire()) {
          return lane;
        }
      }
      if (round < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(WAIT_NANOS);
      }
    }
  }

  private void ensureRoom(Lane lane, long length) {
    if (lane.fits(length)) {
      return;
    }
    for (int round = 0; lane.otherHalfLast() > durable; round++) {
      if (round > SPINS) {
        LockSupport.parkNanos(WAIT_NANOS);
      }
      failure.check();
      checkpoint();
    }
    lane.switchHalves();
  }

  @Override
  void awaitDurable(long sequence) {
    // a committed record is durable before its effects can be seen
  }

  @Override
  long lastSequence() {
    return nextSequence.get() - 1;
  }

  @Override
  void writeExtent(long offset, MemorySegment source, long from, long length) {
    map.copy(offset, source, from, length, EXTENT);
  }

  @Override
  void writeInPlace(long offset, long length) {
    map.flush(offset, length);
  }

  @Override
  void syncInPlace() {
    map.drain();
  }

  @Override
  void checkpoint() {
    checkpointing.lock();
    try {
      long w = nextSequence.get() - 1;
      for (Lane lane : lanes) {
        w = Math.min(w, lane.announced() - 1);
      }
      if (w > durable && !failure.isFailed()) {
        long reached = w;
        failing(() -> advanceTo(reached));
      }
    } finally {
      checkpointing.unlock();
    }
  }

  private void advanceTo(long w) {
    for (int i = 0; i < lanes.length; i++) {
      noted[i] = lanes[i].noted();
    }
    Arrays.fill(recent, 0);
    for (int i = 0; i < lanes.length; i++) {
      lanes[i].flushNoted(map, noted[i], recent);
    }
    map.drain();
    watermark = watermark.advancedTo(w);
    watermark.persist(map);
    durable = w;
  }

  @Override
  long watermark() {
    return durable;
  }

  @Override
  void close() {}

  /** {@return whether a mapping of this granularity takes this journal} */
  static boolean suits(Granularity granularity) {
    return granularity != Granularity.PAGE;
  }
}
