package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Remembers which pages of a mapping Java code has touched, so that machine code may.
 *
 * <p>A page that cannot be had (poison, a file that another program has cut short) faults at its
 * first touch, and only Java code survives that. One byte a page, in memory of which the kernel
 * provides what is used. May be shared between threads: to touch a page twice does no harm.
 */
final class TouchedPages {
  /** Each mark is odd. */
  private static final long EIGHT_MARKS = 0x0101_0101_0101_0101L;

  private final AddressRange range;
  private final MemorySegment marks;

  /**
   * Creates the marks for a mapping.
   *
   * @param name the mapping's name
   * @param byteSize the most bytes that will ever be mapped
   * @param arena the mapping's arena, with which the marks are closed
   */
  @SuppressWarnings("restricted")
  TouchedPages(String name, long byteSize, Arena arena) {
    long pages = ((byteSize - 1) >>> AuxiliaryVector.PAGE_SHIFT) + 1;
    range = AddressRange.reserve(name, AuxiliaryVector.roundUpToPage(pages));
    range.mapMemory(0, range.byteSize());
    marks = MemorySegment.ofAddress(range.address()).reinterpret(pages, arena, null);
  }

  /**
   * Touches each page of {@code memory} that holds one of the given bytes and is not marked.
   *
   * @param memory the mapping's memory, which begins at a page
   * @param length how many bytes, positive
   * @throws InternalError if a page cannot be had
   */
  void touch(MemorySegment memory, long offset, long length) {
    long first = offset >>> AuxiliaryVector.PAGE_SHIFT;
    long last = (offset + length - 1) >>> AuxiliaryVector.PAGE_SHIFT;
    if (last - first <= 1) {
      if ((marks.get(JAVA_BYTE, first) & marks.get(JAVA_BYTE, last)) == 0) {
        touchFrom(first, last, memory);
      }
    } else {
      touchMany(first, last, memory);
    }
  }

  private void touchMany(long first, long last, MemorySegment memory) {
    long page = first;
    for (; page + 7 <= last; page += 8) {
      if ((marks.get(JAVA_LONG_UNALIGNED, page) & EIGHT_MARKS) != EIGHT_MARKS) {
        touchFrom(page, last, memory);
        return;
      }
    }
    for (; page <= last; page++) {
      if (marks.get(JAVA_BYTE, page) == 0) {
        touchFrom(page, last, memory);
        return;
      }
    }
  }

  private void touchFrom(long first, long last, MemorySegment memory) {
    byte seen = 0;
    for (long page = first; page <= last; page++) {
      seen |= memory.get(JAVA_BYTE, page << AuxiliaryVector.PAGE_SHIFT);
    }
    // Compiled code meets a fault here at the latest. A mark set before would have another thread
    // run machine code on the page that faults.
    PendingFault.deliver();
    // What is stored depends on what was loaded, so that no compiler may drop the loads.
    marks.asSlice(first, last - first + 1).fill((byte) (seen | 1));
    if (DebugLog.DETAILS) {
      DebugLog.detail(
          "memory at 0x%x: pages %d to %d touched".formatted(memory.address(), first, last));
    }
  }

  /**
   * Has every page touched again, after one has been seen to fault although it may be marked. Not
   * to be called once the arena is closed.
   */
  void forget() {
    range.mapMemory(0, range.byteSize());
  }

  /** Gives the memory back, once the arena is closed and nobody can use the marks. */
  void release() {
    range.release();
  }
}
