package io.holdfast.heap.internal;

import java.util.Arrays;

/**
 * The new objects of a transaction, in the order of their addresses, so that a transaction of many
 * finds one fast. Volatile, used by one thread at a time.
 */
final class Ranges {
  private long[] starts = new long[16];
  private long[] lengths = new long[16];
  private int count;

  int count() {
    return count;
  }

  long start(int i) {
    return starts[i];
  }

  long length(int i) {
    return lengths[i];
  }

  /** Adds a range that overlaps no other. */
  void add(long start, long length) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
    int at = lastUpTo(start) + 1;
    if (at < count) {
      System.arraycopy(starts, at, starts, at + 1, count - at);
      System.arraycopy(lengths, at, lengths, at + 1, count - at);
    }
    starts[at] = start;
    lengths[at] = length;
    count++;
  }

  /** Takes out the range that begins at {@code start}; {@return its length, 0 if there is none} */
  long remove(long start) {
    int at = lastUpTo(start);
    if (at < 0 || starts[at] != start) {
      return 0;
    }
    long length = lengths[at];
    count--;
    System.arraycopy(starts, at + 1, starts, at, count - at);
    System.arraycopy(lengths, at + 1, lengths, at, count - at);
    return length;
  }

  /** {@return whether one of the ranges holds all of {@code length} bytes at {@code start}} */
  boolean covers(long start, long length) {
    int at = lastUpTo(start);
    return at >= 0 && start - starts[at] + length <= lengths[at];
  }

  /** {@return the last range that begins at {@code start} or before it, -1 if there is none} */
  private int lastUpTo(long start) {
    if (count == 0 || starts[count - 1] <= start) {
      return count - 1; // most often the newest
    }
    int found = Arrays.binarySearch(starts, 0, count, start);
    return found >= 0 ? found : -found - 2;
  }

  void clear() {
    count = 0;
  }
}
