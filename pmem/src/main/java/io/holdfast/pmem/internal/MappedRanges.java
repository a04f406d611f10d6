package io.holdfast.pmem.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The addresses of all open mappings, so that a segment of one is recognised: reading it may fault,
 * which only Java code survives.
 *
 * <p>May be shared between threads; a question costs a few loads.
 */
final class MappedRanges {
  /** Starts at even and ends at odd places, ascending; replaced as a whole. */
  private static volatile long[] bounds = {};

  private MappedRanges() {}

  static synchronized void add(AddressRange range) {
    long[] old = bounds;
    long[] grown = Arrays.copyOf(old, old.length + 2);
    grown[old.length] = range.address();
    grown[old.length + 1] = range.address() + range.byteSize();
    // Ranges are disjoint, so that sorting keeps starts and ends in pairs.
    Arrays.sort(grown);
    bounds = grown;
  }

  static synchronized void remove(AddressRange range) {
    long[] old = bounds;
    int start = Arrays.binarySearch(old, range.address());
    // Of two equal bounds, one range's end and the next one's start, the start is at the even
    // place.
    start += start & 1;
    long[] shrunk = new long[old.length - 2];
    System.arraycopy(old, 0, shrunk, 0, start);
    System.arraycopy(old, start + 2, shrunk, start, shrunk.length - start);
    bounds = shrunk;
  }

  /** {@return whether any of the segment's bytes from {@code offset} lies in an open mapping} */
  static boolean intersect(MemorySegment segment, long offset, long length) {
    if (!segment.isNative()) {
      return false;
    }
    long start = segment.address() + offset;
    long[] seen = bounds;
    int low = 0;
    int high = seen.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (seen[middle] <= start) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return (low & 1) != 0 || (low < seen.length && seen[low] < start + length);
  }
}
