package io.holdfast.heap.internal;

import java.util.Arrays;

/**
 * The new objects of a transaction, in the order of their addresses, so that a transaction of many
 * finds one fast, and which part of each has been written in place. Volatile, used by one thread at
 * a time.
 */
final class Ranges {
  private long[] starts = new long[16];
  private long[] lengths = new long[16];
  private long[] headers = new long[16];
  private long[] writtenFrom = new long[16];
  private long[] writtenTo = new long[16];
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

  /** {@return where the written part begins, which is empty if it ends there, too} */
  long writtenFrom(int i) {
    return writtenFrom[i];
  }

  long writtenTo(int i) {
    return writtenTo[i];
  }

  /** {@return where the header is of the object that the range is, 0 if it continues one} */
  long header(int i) {
    return headers[i];
  }

  /**
   * Adds a range that overlaps no other and of which nothing is written.
   *
   * @param header where the object's header is, 0 if the range continues an object
   */
  void add(long start, long length, long header) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      headers = Arrays.copyOf(headers, 2 * count);
      writtenFrom = Arrays.copyOf(writtenFrom, 2 * count);
      writtenTo = Arrays.copyOf(writtenTo, 2 * count);
    }
    int at = lastUpTo(start) + 1;
    if (at < count) {
      move(at, at + 1);
    }
    starts[at] = start;
    lengths[at] = length;
    headers[at] = header;
    writtenFrom[at] = start + length;
    writtenTo[at] = start;
    count++;
  }

  /** Adds all ranges of another transaction, with what counts as written. */
  void addAll(Ranges others) {
    for (int i = 0; i < others.count; i++) {
      add(others.starts[i], others.lengths[i], others.headers[i]);
      int at = lastUpTo(others.starts[i]);
      writtenFrom[at] = others.writtenFrom[i];
      writtenTo[at] = others.writtenTo[i];
    }
  }

  /** {@return whether a range begins at {@code start}} */
  boolean hasStart(long start) {
    int at = lastUpTo(start);
    return at >= 0 && starts[at] == start;
  }

  /** Takes out the range that begins at {@code start}; {@return its length, 0 if there is none} */
  long remove(long start) {
    int at = lastUpTo(start);
    if (at < 0 || starts[at] != start) {
      return 0;
    }
    long length = lengths[at];
    move(at + 1, at);
    count--;
    return length;
  }

  private void move(int from, int to) {
    int moved = count - from;
    System.arraycopy(starts, from, starts, to, moved);
    System.arraycopy(lengths, from, lengths, to, moved);
    System.arraycopy(headers, from, headers, to, moved);
    System.arraycopy(writtenFrom, from, writtenFrom, to, moved);
    System.arraycopy(writtenTo, from, writtenTo, to, moved);
  }

  /**
   * {@return whether one of the ranges holds all of {@code length} bytes at {@code start}} If so,
   * they count as written.
   */
  boolean write(long start, long length) {
    if (count == 0) {
      return false;
    }
    int at = lastUpTo(start);
    if (at < 0 || start - starts[at] + length > lengths[at]) {
      return false;
    }
    writtenFrom[at] = Math.min(writtenFrom[at], start);
    writtenTo[at] = Math.max(writtenTo[at], start + length);
    return true;
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
