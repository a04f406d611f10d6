package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Copies and fills in Java that store every aligned 8-byte word of the destination whole. */
final class WordCopy {
  private WordCopy() {}

  /** Copies between memories that do not overlap; the destination is native. */
  static void copy(
      MemorySegment source,
      long sourceOffset,
      MemorySegment destination,
      long offset,
      long length) {
    long at = 0;
    for (long head = headBytes(destination, offset, length); at < head; at++) {
      destination.set(JAVA_BYTE, offset + at, source.get(JAVA_BYTE, sourceOffset + at));
    }
    for (; at + 8 <= length; at += 8) {
      destination.set(
          JAVA_LONG_UNALIGNED, offset + at, source.get(JAVA_LONG_UNALIGNED, sourceOffset + at));
    }
    for (; at < length; at++) {
      destination.set(JAVA_BYTE, offset + at, source.get(JAVA_BYTE, sourceOffset + at));
    }
  }

  /** Fills with the byte repeated in {@code word}; the destination is native. */
  static void fill(MemorySegment destination, long offset, long length, long word) {
    long at = 0;
    for (long head = headBytes(destination, offset, length); at < head; at++) {
      destination.set(JAVA_BYTE, offset + at, (byte) word);
    }
    for (; at + 8 <= length; at += 8) {
      destination.set(JAVA_LONG_UNALIGNED, offset + at, word);
    }
    for (; at < length; at++) {
      destination.set(JAVA_BYTE, offset + at, (byte) word);
    }
  }

  /** {@return how many bytes come before the first aligned word} */
  private static long headBytes(MemorySegment destination, long offset, long length) {
    return Math.min(-(destination.address() + offset) & 7, length);
  }
}
