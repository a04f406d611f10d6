package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Loads from every cache line of a range, so that Java code meets what faults there, before machine
 * code reads it.
 *
 * <p>The loads are in the way of what is waited for, and a processor has only so many instructions
 * under way at once: their number decides how fast a move is (docs/performance.md has figures).
 * Therefore memory whose addresses stay valid is loaded by address: an instruction a line, no
 * checks.
 */
final class SourceLines {
  /** Keeps an address below the end of {@link #EVERYTHING}, as the compiler can tell. */
  private static final long LINE_OF_ADDRESS = 0x00FF_FFFF_FFFF_FFC0L;

  private static final long LINE = 64;

  @SuppressWarnings("restricted")
  private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private SourceLines() {}

  /**
   * Loads by addresses; the caller keeps them mapped.
   *
   * @param start the first byte's address
   * @param length how many bytes, positive
   * @return what depends on every load, so that no compiler drops one if it is used
   * @throws InternalError if a line cannot be had
   */
  static long load(long start, long length) {
    long at = start & LINE_OF_ADDRESS;
    long end = start + length;
    long seen = 0;
    while (end - at > 7 * LINE) {
      seen |=
          word(at)
              | word(at + LINE)
              | word(at + 2 * LINE)
              | word(at + 3 * LINE)
              | word(at + 4 * LINE)
              | word(at + 5 * LINE)
              | word(at + 6 * LINE)
              | word(at + 7 * LINE);
      at = (at + 8 * LINE) & LINE_OF_ADDRESS;
    }
    while (at < end) {
      seen |= word(at);
      at = (at + LINE) & LINE_OF_ADDRESS;
    }
    PendingFault.deliver();
    return seen;
  }

  private static long word(long address) {
    return EVERYTHING.get(JAVA_LONG_UNALIGNED, address);
  }

  /**
   * Loads through a segment, for memory whose addresses something else may have as soon as the
   * segment's arena is closed.
   *
   * @param length how many bytes, positive
   * @return what depends on every load, so that no compiler drops one if it is used
   * @throws InternalError if a line cannot be had
   * @throws IllegalStateException if the arena is closed
   */
  static long load(MemorySegment memory, long offset, long length) {
    long last = offset + length - 1;
    long seen = memory.get(JAVA_BYTE, last);
    for (long at = offset; at < last; at += LINE) {
      seen |= memory.get(JAVA_BYTE, at);
    }
    PendingFault.deliver();
    return seen;
  }
}
