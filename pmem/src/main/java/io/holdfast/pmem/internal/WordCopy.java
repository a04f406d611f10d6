package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Copies and fills in Java that store every aligned 8-byte word of the destination whole.
 *
 * <p>The JDK's own copy does so, and fast, where source, destination and length are all multiples
 * of 8; a source that lies otherwise is first copied to a buffer that lies as the destination does.
 * The destination is native and does not overlap the source.
 */
final class WordCopy {
  /** From this length on the JDK's copy is faster than a loop. */
  private static final long LONG_BYTES = 128;

  private WordCopy() {}

  static void copy(
      MemorySegment source,
      long sourceOffset,
      MemorySegment destination,
      long offset,
      long length) {
    if (length < LONG_BYTES) {
      copyByLoop(source, sourceOffset, destination, offset, length);
    } else if (source.isNative()
        && ((source.address() + sourceOffset - destination.address() - offset) & 7) == 0) {
      copyAlike(source, sourceOffset, destination, offset, length);
    } else {
      copyThroughBuffer(source, sourceOffset, destination, offset, length);
    }
  }

  private static void copyByLoop(
      MemorySegment source,
      long sourceOffset,
      MemorySegment destination,
      long offset,
      long length) {
    long at = headBytes(destination, offset, length);
    copyBytes(source, sourceOffset, destination, offset, at);
    for (; at + 8 <= length; at += 8) {
      destination.set(
          JAVA_LONG_UNALIGNED, offset + at, source.get(JAVA_LONG_UNALIGNED, sourceOffset + at));
    }
    copyBytes(source, sourceOffset + at, destination, offset + at, length - at);
  }

  /** Copies from a source that lies to words as the destination does. */
  private static void copyAlike(
      MemorySegment source,
      long sourceOffset,
      MemorySegment destination,
      long offset,
      long length) {
    long head = headBytes(destination, offset, length);
    long words = (length - head) & -8;
    copyBytes(source, sourceOffset, destination, offset, head);
    MemorySegment.copy(source, sourceOffset + head, destination, offset + head, words);
    long done = head + words;
    copyBytes(source, sourceOffset + done, destination, offset + done, length - done);
  }

  private static void copyThroughBuffer(
      MemorySegment source,
      long sourceOffset,
      MemorySegment destination,
      long offset,
      long length) {
    CallContext context = CallContext.take();
    try {
      MemorySegment buffer = context.bounce();
      for (long done = 0; done < length; ) {
        // The first piece ends at a word, so that no word is stored in two parts.
        long skipped = (destination.address() + offset + done) & 7;
        long piece = Math.min(CallContext.BOUNCE_BYTES - skipped, length - done);
        MemorySegment.copy(source, sourceOffset + done, buffer, skipped, piece);
        copyAlike(buffer, skipped, destination, offset + done, piece);
        done += piece;
      }
    } finally {
      context.release();
    }
  }

  private static void copyBytes(
      MemorySegment source,
      long sourceOffset,
      MemorySegment destination,
      long offset,
      long length) {
    for (long at = 0; at < length; at++) {
      destination.set(JAVA_BYTE, offset + at, source.get(JAVA_BYTE, sourceOffset + at));
    }
  }

  /** Fills with a byte. */
  static void fill(MemorySegment destination, long offset, long length, byte value) {
    long head = headBytes(destination, offset, length);
    long words = (length - head) & -8;
    fillBytes(destination, offset, head, value);
    destination.asSlice(offset + head, words).fill(value);
    fillBytes(destination, offset + head + words, length - head - words, value);
  }

  private static void fillBytes(MemorySegment destination, long offset, long length, byte value) {
    for (long at = 0; at < length; at++) {
      destination.set(JAVA_BYTE, offset + at, value);
    }
  }

  /** {@return how many bytes come before the first aligned word} */
  private static long headBytes(MemorySegment destination, long offset, long length) {
    return Math.min(-(destination.address() + offset) & 7, length);
  }
}
