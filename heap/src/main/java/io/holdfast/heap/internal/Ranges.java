package io.holdfast.heap.internal;

import java.util.Arrays;

/**
 * The new objects of a transaction, in the order of allocation. Volatile, used by one thread at a
 * time.
 */
final class Ranges {
  private long[] starts = new long[16];
  private long[] lengths = new long[16];
  private int count;
  private long lowest = Long.MAX_VALUE;
  private long highest;

  int count() {
    return count;
  }

  long start(int i) {
    return starts[i];
  }

  long length(int i) {
    return lengths[i];
  }

  void add(long start, long length) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
    starts[count] = start;
    lengths[count++] = length;
    lowest = Math.min(lowest, start);
    highest = Math.max(highest, start + length);
  }

  /** Takes out the range that begins at {@code start}; {@return its length, 0 if there is none} */
  long remove(long start) {
    for (int i = count - 1; i >= 0; i--) {
      if (starts[i] == start) {
        long length = lengths[i];
        count--;
        starts[i] = starts[count];
        lengths[i] = lengths[count];
        return length;
      }
    }
    return 0;
  }

  /** {@return whether one of the ranges holds all of {@code length} bytes at {@code start}} */
  boolean covers(long start, long length) {
    if (start < lowest || start >= highest) {
      return false;
    }
    for (int i = count - 1; i >= 0; i--) {
      long inside = start - starts[i];
      if (inside >= 0 && inside + length <= lengths[i]) {
        return true;
      }
    }
    return false;
  }

  void clear() {
    count = 0;
    lowest = Long.MAX_VALUE;
    highest = 0;
  }
}
