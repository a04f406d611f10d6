package io.holdfast.crash.internal.medium;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What memory held when it was last looked at, so that stores are found that went around the
 * methods of a mapping, through its segment.
 *
 * <p>Only what was handed out is compared. Everything here happens under the medium's lock, but the
 * stores sought may happen at any time: one that comes while memory is compared is found now or the
 * next time.
 */
final class Shadow {
  /** Is told of words that have changed. */
  @FunctionalInterface
  interface Finder {
    /**
     * Takes neighbouring words of which each has changed.
     *
     * @param position where they begin, a multiple of 8
     * @param before what they held
     * @param after what they hold
     */
    void found(long position, byte[] before, byte[] after);
  }

  private MemorySegment known = MemorySegment.NULL;
  private long from;
  private long to;

  /** {@return whether nothing has been handed out} */
  boolean isEmpty() {
    return from == to;
  }

  /** Forgets what was handed out. */
  void clear() {
    from = 0;
    to = 0;
  }

  /** Notes that a range of {@code memory} is handed out, whose content is as it should be. */
  void cover(MemorySegment memory, long first, long end) {
    if (first == end || (first >= from && end <= to)) {
      return;
    }
    if (isEmpty()) {
      from = first;
      to = first;
    }
    long newFrom = Math.min(from, first);
    long newTo = Math.max(to, end);
    if (newTo > known.byteSize()) {
      MemorySegment larger = Arena.ofAuto().allocate(MapBounds.roundUp(newTo), Window.PAGE_BYTES);
      if (to > from) {
        MemorySegment.copy(known, from, larger, from, to - from);
      }
      known = larger;
    }
    MemorySegment.copy(memory, newFrom, known, newFrom, from - newFrom);
    MemorySegment.copy(memory, to, known, to, newTo - to);
    from = newFrom;
    to = newTo;
  }

  /** Takes over what a method has stored. */
  void update(MemorySegment memory, long position, long length) {
    long first = Math.max(position, from);
    long end = Math.min(position + length, to);
    if (end > first) {
      MemorySegment.copy(memory, first, known, first, end - first);
    }
  }

  /** Tells {@code finder} what {@code memory}, as far as it goes, holds that is not known yet. */
  void find(MemorySegment memory, Finder finder) {
    long end = Math.min(to, memory.byteSize());
    for (long at = from; at < end; ) {
      long mismatch = MemorySegment.mismatch(memory, at, end, known, at, end);
      if (mismatch < 0) {
        return;
      }
      long first = (at + mismatch) / Long.BYTES * Long.BYTES;
      at = first + Long.BYTES;
      while (at + Long.BYTES <= end
          && memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at)
              != known.get(ValueLayout.JAVA_LONG_UNALIGNED, at)) {
        at += Long.BYTES;
      }
      int length = (int) (Math.min(at, end) - first);
      byte[] before = known.asSlice(first, length).toArray(ValueLayout.JAVA_BYTE);
      byte[] after = memory.asSlice(first, length).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment.copy(after, 0, known, ValueLayout.JAVA_BYTE, first, length);
      finder.found(first, before, after);
    }
  }
}
