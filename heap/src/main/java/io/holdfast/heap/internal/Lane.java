package io.holdfast.heap.internal;

import io.holdfast.pmem.PmemMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One ring of the DAX journal: two halves that are filled in turns, and notes of the home lines to
 * flush.
 *
 * <p>All but the announcement and the notes belongs to the commit that has acquired the lane. The
 * notes are a queue with one producer, that commit, and one consumer, the checkpoint.
 */
final class Lane implements JournalRecord.DirtyLines {
  /** Announced while no number is drawn. */
  static final long IDLE = Long.MAX_VALUE;

  private static final VarHandle BUSY;
  private static final VarHandle ANNOUNCED;
  private static final VarHandle NOTED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(Lane.class, "busy", int.class);
      ANNOUNCED = lookup.findVarHandle(Lane.class, "announced", long.class);
      NOTED = lookup.findVarHandle(Lane.class, "noted", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long offset;
  private final long halfBytes;
  private final long[] lastSequences = new long[2];
  private int half;
  private long position;
  private int previousCrc;

  private final long[] notes;
  private long lastNote = -1;
  private long unpublished;
  private long flushed;

  @SuppressWarnings("UnusedVariable") // through VarHandles
  private int busy;

  @SuppressWarnings("UnusedVariable") // through a VarHandle
  private long announced = IDLE;

  @SuppressWarnings("UnusedVariable") // through a VarHandle
  private long noted;

  Lane(long offset, long halfBytes) {
    this.offset = offset;
    this.halfBytes = halfBytes;
    this.position = offset;
    // an entry takes at least 16 bytes, and a checkpoint comes before a half is used again
    this.notes = new long[Math.toIntExact(Long.highestOneBit(2 * halfBytes / 16) * 2)];
  }

  boolean tryAcquire() {
    return (int) BUSY.getOpaque(this) == 0 && BUSY.compareAndSet(this, 0, 1);
  }

  void release() {
    BUSY.setRelease(this, 0);
  }

  /**
   * Says, before drawing a number, that it will not be below {@code sequence}. To draw it is to
   * change the counter atomically: who sees the changed counter sees this, too.
   */
  void announce(long sequence) {
    ANNOUNCED.setRelease(this, sequence);
  }

  long announced() {
    return (long) ANNOUNCED.getVolatile(this);
  }

  boolean fits(long length) {
    return position + length <= halfStart() + halfBytes;
  }

  /** {@return the number of the last record in the half that is not current} */
  long otherHalfLast() {
    return lastSequences[1 - half];
  }

  void switchHalves() {
    half = 1 - half;
    position = halfStart();
    previousCrc = 0;
  }

  long position() {
    return position;
  }

  long chain(long salt) {
    return RecordLayout.chain(salt, halfStart(), previousCrc);
  }

  /** Ends a commit: the record is durable, applied and its lines are noted. */
  void advance(long length, int crc, long sequence) {
    position += length;
    previousCrc = crc;
    lastSequences[half] = sequence;
    lastNote =
        -1; // the checkpoint may flush what is noted up to here before the next record's stores
    NOTED.setRelease(this, unpublished);
    ANNOUNCED.setRelease(this, IDLE);
  }

  @Override
  public void add(long address) {
    long line = address & -HeapLayout.LINE_BYTES;
    if (line != lastNote) {
      lastNote = line;
      notes[(int) unpublished & notes.length - 1] = line;
      unpublished++;
    }
  }

  /** {@return how many lines have been noted; their stores are visible} */
  long noted() {
    return (long) NOTED.getAcquire(this);
  }

  /**
   * Flushes the lines noted up to {@code to}, neighbours together; the caller drains.
   *
   * @param to a number from {@link #noted}, read before the first lane is flushed
   * @param recent lines that this checkpoint has flushed, by the lowest bits of their number; a
   *     power of two long
   */
  void flushNoted(PmemMap map, long to, long[] recent) {
    long start = 0;
    long end = 0;
    for (; flushed < to; flushed++) {
      long line = notes[(int) flushed & notes.length - 1];
      int place = (int) (line / HeapLayout.LINE_BYTES) & recent.length - 1;
      if (recent[place] == line) {
        continue;
      }
      recent[place] = line;
      if (line != end) {
        if (end > start) {
          map.flush(start, end - start);
        }
        start = line;
      }
      end = line + HeapLayout.LINE_BYTES;
    }
    if (end > start) {
      map.flush(start, end - start);
    }
  }

  private long halfStart() {
    return offset + half * halfBytes;
  }
}
