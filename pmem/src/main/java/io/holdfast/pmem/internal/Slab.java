package io.holdfast.pmem.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of one size, side by side, and which of them are taken.
 *
 * <p>Everything about it is guarded by its bin's lock.
 */
final class Slab {
  /** Whether a block's bytes are still the zeros of a file's new space. */
  enum Content {
    ZEROS,
    UNKNOWN
  }

  private final Bin bin;
  private final long start;
  private final int blockBytes;
  private final int blocks;
  private final long[] taken;
  private int free;

  /** All words below have no free block. */
  private int firstWord;

  /** Blocks from here on have never been taken, and are zeros if the slab was. */
  private int untouched;

  /** The neighbours in the bin's list. */
  @Nullable Slab previous;

  @Nullable Slab next;

  /**
   * Creates a slab of free blocks.
   *
   * @param start where it begins, in bytes
   * @param content what its bytes are
   */
  Slab(Bin bin, long start, int slabBytes, int blockBytes, Content content) {
    this.bin = bin;
    this.start = start;
    this.blockBytes = blockBytes;
    this.blocks = slabBytes / blockBytes;
    this.free = blocks;
    this.untouched = content == Content.ZEROS ? 0 : blocks;
    this.taken = new long[(blocks + 63) >>> 6];
    if ((blocks & 63) != 0) {
      // The bits of no block are taken for ever.
      taken[taken.length - 1] = -1L << (blocks & 63);
    }
  }

  Bin bin() {
    return bin;
  }

  long start() {
    return start;
  }

  int blockBytes() {
    return blockBytes;
  }

  boolean isFull() {
    return free == 0;
  }

  boolean isEmpty() {
    return free == blocks;
  }

  /** Takes the first free block, of which there must be one; {@return its index} */
  int take() {
    int word = firstWord;
    while (taken[word] == -1L) {
      word++;
    }
    firstWord = word;
    int bit = Long.numberOfTrailingZeros(~taken[word]);
    taken[word] |= 1L << bit;
    free--;
    return (word << 6) + bit;
  }

  /** {@return what is in a block just taken} */
  Content content(int index) {
    if (index < untouched) {
      return Content.UNKNOWN;
    }
    // Blocks are taken from the front, so that all before this one have been taken once.
    untouched = index + 1;
    return Content.ZEROS;
  }

  long offset(int index) {
    return start + (long) index * blockBytes;
  }

  /** {@return the index of the taken block that begins at {@code offset}; -1 if there is none} */
  int takenAt(long offset) {
    int distance = (int) (offset - start);
    int index = distance / blockBytes;
    boolean is =
        index < blocks
            && index * blockBytes == distance
            && (taken[index >>> 6] & 1L << (index & 63)) != 0;
    return is ? index : -1;
  }

  /** Gives a taken block back. */
  void give(int index) {
    taken[index >>> 6] &= ~(1L << (index & 63));
    firstWord = Math.min(firstWord, index >>> 6);
    free++;
  }

  @Override
  public String toString() {
    return start + ": " + free + " of " + blocks + " free " + Arrays.toString(taken);
  }
}
