package io.holdfast.heap.internal;

import io.holdfast.heap.HeapStatistics;

/** Counts what a heap's zones hold. Volatile, used by one thread. */
final class Census {
  private long largePages;
  private long largeObjects;
  private long slabPages;
  private long smallObjects;
  private long smallBytes;

  void large(long pages) {
    largePages += pages;
    largeObjects++;
  }

  void slab(Slab slab, int taken) {
    slabPages += SizeClasses.pages(slab.sizeClass());
    smallObjects += taken;
    smallBytes += (long) taken * SizeClasses.blockBytes(slab.sizeClass());
  }

  HeapStatistics statistics(long sizeBytes, long limitBytes, long records) {
    long slabBytes = slabPages * HeapLayout.PAGE_BYTES;
    long largeBytes = largePages * HeapLayout.PAGE_BYTES;
    return new HeapStatistics(
        sizeBytes,
        limitBytes,
        smallObjects + largeObjects,
        smallBytes + largeBytes,
        smallBytes,
        slabBytes,
        largeBytes,
        records);
  }
}
