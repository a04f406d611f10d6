package io.holdfast.heap.internal;

import io.holdfast.pmem.PmemMap;

/**
 * Pages divided into blocks of one size; the volatile side, which says what may be handed out.
 *
 * <p>A block is available if it is neither taken on the medium, nor reserved by a running
 * transaction, nor freed by a record that the watermark has not passed. Guarded by the allocator's
 * lock.
 */
final class Slab {
  private final long offset;
  private final int sizeClass;
  private final long[] available;
  private int availableBlocks;
  private int cursor;
  private boolean loaded;

  /** Whether the slab waits in its class's queue of slabs with available blocks. */
  boolean queued;

  Slab(long offset, int sizeClass) {
    this.offset = offset;
    this.sizeClass = sizeClass;
    this.available = new long[SizeClasses.bitmapWords(sizeClass)];
  }

  /** Makes all blocks of a new slab available. */
  void loadEmpty() {
    for (int i = 0; i < available.length; i++) {
      available[i] = blocksOfWord(i);
    }
    count();
  }

  /** Reads from the bitmap, once, which blocks are available. */
  void load(PmemMap map) {
    if (loaded) {
      return;
    }
    for (int i = 0; i < available.length; i++) {
      available[i] = ~map.getLong(offset + 8L * i) & blocksOfWord(i);
    }
    count();
  }

  private void count() {
    availableBlocks = 0;
    for (long word : available) {
      availableBlocks += Long.bitCount(word);
    }
    loaded = true;
  }

  private long blocksOfWord(int word) {
    int rest = SizeClasses.blocks(sizeClass) - 64 * word;
    return rest >= 64 ? -1L : (1L << rest) - 1;
  }

  /** {@return an available block, taken, or -1 if there is none} */
  int take() {
    if (availableBlocks == 0) {
      return -1;
    }
    while (available[cursor] == 0) {
      cursor = cursor + 1 == available.length ? 0 : cursor + 1;
    }
    long bit = Long.lowestOneBit(available[cursor]);
    available[cursor] ^= bit;
    availableBlocks--;
    return 64 * cursor + Long.numberOfTrailingZeros(bit);
  }

  /** Makes a block available; one that is so already, since two transactions freed it, stays so. */
  void give(int block) {
    long bit = 1L << block;
    if ((available[block >>> 6] & bit) == 0) {
      available[block >>> 6] |= bit;
      availableBlocks++;
    }
  }

  boolean hasAvailable() {
    return availableBlocks > 0;
  }

  boolean isEmpty() {
    return loaded && availableBlocks == SizeClasses.blocks(sizeClass);
  }

  long offset() {
    return offset;
  }

  int sizeClass() {
    return sizeClass;
  }

  /** {@return where a block begins} */
  long blockOffset(int block) {
    return offset
        + SizeClasses.dataOffset(sizeClass)
        + (long) block * SizeClasses.blockBytes(sizeClass);
  }

  /** {@return the block that begins at {@code place}, or -1 if none does} */
  int blockAt(long place) {
    long inData = place - offset - SizeClasses.dataOffset(sizeClass);
    int bytes = SizeClasses.blockBytes(sizeClass);
    return inData >= 0 && inData % bytes == 0 && inData / bytes < SizeClasses.blocks(sizeClass)
        ? (int) (inData / bytes)
        : -1;
  }

  /**
   * {@return where the first block begins, at {@code from} or behind it, that the medium knows as
   * taken; -1 if there is none}
   */
  long nextTaken(PmemMap map, long from) {
    long inData = from - offset - SizeClasses.dataOffset(sizeClass);
    int bytes = SizeClasses.blockBytes(sizeClass);
    int block = inData <= 0 ? 0 : (int) ((inData + bytes - 1) / bytes);
    while (block < SizeClasses.blocks(sizeClass)) {
      long word = map.getLong(bitmapOffset(block)) >>> block;
      if (word != 0) {
        int found = block + Long.numberOfTrailingZeros(word);
        return found < SizeClasses.blocks(sizeClass) ? blockOffset(found) : -1;
      }
      block = (block | 63) + 1;
    }
    return -1;
  }

  /** {@return how many blocks the medium knows as taken} */
  int countTaken(PmemMap map) {
    int taken = 0;
    for (int word = 0; word < available.length; word++) {
      taken += Long.bitCount(map.getLong(offset + 8L * word) & blocksOfWord(word));
    }
    return taken;
  }

  /** {@return where the bitmap's word for a block is} */
  long bitmapOffset(int block) {
    return offset + 8L * (block >>> 6);
  }
}
