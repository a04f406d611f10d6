package io.holdfast.pmem.internal;

import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
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

    /** {@return these and one more, of which no address is among them} */
    Ranges with(int place, long start, long end, MappedPmem owner) {
      int count = owners.length;
      long[] moreBounds = Arrays.copyOf(bounds, 2 * count + 2);
      System.arraycopy(bounds, 2 * place, moreBounds, 2 * place + 2, 2 * (count - place));
      moreBounds[2 * place] = start;
      moreBounds[2 * place + 1] = end;
      MappedPmem[] moreOwners = Arrays.copyOf(owners, count + 1);
      System.arraycopy(owners, place, moreOwners, place + 1, count - place);
      moreOwners[place] = owner;
      return new Ranges(moreBounds, moreOwners);
    }

    Ranges without(int place) {
      int rest = owners.length - 1 - place;
      long[] fewerBounds = Arrays.copyOf(bounds, bounds.length - 2);
      System.arraycopy(bounds, 2 * place + 2, fewerBounds, 2 * place, 2 * rest);
      MappedPmem[] fewerOwners = Arrays.copyOf(owners, owners.length - 1);
      System.arraycopy(owners, place + 1, fewerOwners, place, rest);
      return new Ranges(fewerBounds, fewerOwners);
    }
  }

  /**
   * Adds a mapping.
   *
   * @throws MapException if another one has some of its addresses
   */
  static synchronized void add(MappedPmem map) {
    long start = map.address();
    long end = start + map.reserved();
    Ranges old = ranges;
    int bound = old.boundsUpTo(start);
    while ((bound & 1) != 0 || (bound < old.bounds.length && old.bounds[bound] < end)) {
      MappedPmem other = old.owners[bound >>> 1];
      if (!other.isAbandoned()) {
        throw new MapException(
            Reason.MAP_EXISTS,
            "%s: addresses 0x%x + %d belong to the mapping of %s"
                .formatted(map, start, map.reserved(), other));
      }
      old = old.without(bound >>> 1);
      bound = old.boundsUpTo(start);
    }
    ranges = old.with(bound >>> 1, start, end, map);
  }

  /** Removes a mapping, if it is there. */
  static synchronized void remove(MappedPmem map) {
    Ranges old = ranges;
    int bound = old.boundsUpTo(map.address());
    if ((bound & 1) != 0 && old.owners[bound >>> 1] == map) {
      ranges = old.without(bound >>> 1);
    }
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

  /**
   * {@return the open mapping whose addresses {@code address} is one of, if there is one, unless
   * its memory is gone and something else may have the addresses}
   */
  static @Nullable MappedPmem find(long address) {
    Ranges seen = ranges;
    int bound = seen.boundsUpTo(address);
    if ((bound & 1) == 0) {
      return null;
    }
    MappedPmem owner = seen.owners[bound >>> 1];
    return owner.isAbandoned() ? null : owner;
  }

  /** {@return the first address above {@code address} at which a mapping begins or ends} */
  static long nextBound(long address) {
    Ranges seen = ranges;
    int bound = seen.boundsUpTo(address);
    return bound < seen.bounds.length ? seen.bounds[bound] : Long.MAX_VALUE;
  }
}
