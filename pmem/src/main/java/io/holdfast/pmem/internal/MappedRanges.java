package io.holdfast.pmem.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of all open mappings, so that memory of one is recognised: reading it may fault,
 * which only Java code survives, and who has only an address finds the mapping it belongs to.
 *
 * <p>May be shared between threads; a question costs a few loads and allocates nothing.
 */
final class MappedRanges {
  /** Replaced as a whole. */
  private static volatile Ranges ranges = new Ranges(new long[0], new MappedPmem[0]);

  private MappedRanges() {}

  /** What is mapped at one moment. */
  private static final class Ranges {
    /** Starts at even and ends at odd places, ascending. */
    final long[] bounds;

    /** Whose each pair of bounds is. */
    final MappedPmem[] owners;

    Ranges(long[] bounds, MappedPmem[] owners) {
      this.bounds = bounds;
      this.owners = owners;
    }

    /**
     * {@return how many bounds are not above {@code address}: an odd number if it lies in a range}
     */
    int boundsUpTo(long address) {
      long[] seen = bounds;
      int low = 0;
      int high = seen.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (seen[middle] <= address) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }

  static synchronized void add(AddressRange range, MappedPmem owner) {
    Ranges old = ranges;
    // Ranges are disjoint, so that a new one's bounds stand side by side.
    int place = old.boundsUpTo(range.address()) >>> 1;
    int count = old.owners.length;
    long[] bounds = Arrays.copyOf(old.bounds, 2 * count + 2);
    System.arraycopy(old.bounds, 2 * place, bounds, 2 * place + 2, 2 * (count - place));
    bounds[2 * place] = range.address();
    bounds[2 * place + 1] = range.address() + range.byteSize();
    MappedPmem[] owners = Arrays.copyOf(old.owners, count + 1);
    System.arraycopy(old.owners, place, owners, place + 1, count - place);
    owners[place] = owner;
    ranges = new Ranges(bounds, owners);
  }

  static synchronized void remove(AddressRange range) {
    Ranges old = ranges;
    int place = old.boundsUpTo(range.address()) >>> 1;
    int rest = old.owners.length - 1 - place;
    long[] bounds = Arrays.copyOf(old.bounds, old.bounds.length - 2);
    System.arraycopy(old.bounds, 2 * place + 2, bounds, 2 * place, 2 * rest);
    MappedPmem[] owners = Arrays.copyOf(old.owners, old.owners.length - 1);
    System.arraycopy(old.owners, place + 1, owners, place, rest);
    ranges = new Ranges(bounds, owners);
  }

  /** {@return whether any of the segment's bytes from {@code offset} lies in an open mapping} */
  static boolean intersect(MemorySegment segment, long offset, long length) {
    if (!segment.isNative()) {
      return false;
    }
    long start = segment.address() + offset;
    Ranges seen = ranges;
    int bound = seen.boundsUpTo(start);
    return (bound & 1) != 0 || (bound < seen.bounds.length && seen.bounds[bound] < start + length);
  }

  /** {@return the open mapping whose addresses {@code address} is one of, if there is one} */
  static @Nullable MappedPmem find(long address) {
    Ranges seen = ranges;
    int bound = seen.boundsUpTo(address);
    return (bound & 1) != 0 ? seen.owners[bound >>> 1] : null;
  }

  /** {@return the first address above {@code address} at which a mapping begins or ends} */
  static long nextBound(long address) {
    Ranges seen = ranges;
    int bound = seen.boundsUpTo(address);
    return bound < seen.bounds.length ? seen.bounds[bound] : Long.MAX_VALUE;
  }
}
