package io.holdfast.heap.internal;

import org.jspecify.annotations.Nullable;

/**
 * Freed space that may not be used again before the watermark has passed the record that freed it:
 * an older record that is replayed after a crash would overwrite its new owner.
 *
 * <p>A queue in DRAM, guarded by the allocator's lock.
 */
final class Quarantine {
  private long[] sequences = new long[64];
  private @Nullable Slab[] slabs = new @Nullable Slab[64];
  private long[] places = new long[64];
  private long[] pages = new long[64];
  private int head;
  private int size;

  /** Receives what is free again. */
  interface Release {
    /** A block of a slab is free. */
    void block(Slab slab, int block);

    /** Pages are free. */
    void pages(long offset, long pages);
  }

  int size() {
    return size;
  }

  /** Makes room for {@code more}, so that adding cannot fail. */
  void reserve(int more) {
    int capacity = sequences.length;
    while (size + more > capacity) {
      capacity = Math.multiplyExact(capacity, 2);
    }
    if (capacity == sequences.length) {
      return;
    }
    long[] newSequences = unrolled(sequences, capacity);
    long[] newPlaces = unrolled(places, capacity);
    long[] newPages = unrolled(pages, capacity);
    @Nullable Slab[] newSlabs = new @Nullable Slab[capacity];
    for (int i = 0; i < size; i++) {
      newSlabs[i] = slabs[index(i)];
    }
    sequences = newSequences;
    places = newPlaces;
    pages = newPages;
    slabs = newSlabs;
    head = 0;
  }

  void addBlock(long sequence, Slab slab, int block) {
    add(sequence, slab, block, 0);
  }

  void addPages(long sequence, long offset, long count) {
    add(sequence, null, offset, count);
  }

  private void add(long sequence, @Nullable Slab slab, long place, long count) {
    reserve(1);
    int at = index(size++);
    sequences[at] = sequence;
    slabs[at] = slab;
    places[at] = place;
    pages[at] = count;
  }

  /** {@return whether something waits for a watermark up to {@code sequence}} */
  boolean isReady(long sequence) {
    return size > 0 && sequences[head] <= sequence;
  }

  /** Releases what was freed by records up to {@code watermark}. */
  void release(long watermark, Release to) {
    while (isReady(watermark)) {
      Slab slab = slabs[head];
      if (slab != null) {
        to.block(slab, (int) places[head]);
      } else {
        to.pages(places[head], pages[head]);
      }
      slabs[head] = null;
      head = index(1);
      size--;
    }
  }

  private int index(int i) {
    return head + i & sequences.length - 1;
  }

  private long[] unrolled(long[] ring, int capacity) {
    long[] result = new long[capacity];
    for (int i = 0; i < size; i++) {
      result[i] = ring[index(i)];
    }
    return result;
  }
}
