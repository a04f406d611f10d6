package io.holdfast.heap.internal;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The free runs of pages, by place and by size, adjacent ones joined. Volatile; guarded by the
 * allocator's lock.
 */
final class FreePages {
  private record Run(long offset, long pages) {}

  private final TreeMap<Long, Run> byOffset = new TreeMap<>();
  private final TreeSet<Run> bySize =
      new TreeSet<>(Comparator.comparingLong(Run::pages).thenComparingLong(Run::offset));
  private long total;

  long total() {
    return total;
  }

  /** {@return the pages of the longest run} */
  long longest() {
    return bySize.isEmpty() ? 0 : bySize.last().pages();
  }

  /** Adds pages, which become available. */
  void give(long offset, long pages) {
    long start = offset;
    long count = pages;
    total += pages;
    Map.Entry<Long, Run> before = byOffset.lowerEntry(offset);
    if (before != null && end(before.getValue()) == offset) {
      remove(before.getValue());
      start = before.getValue().offset();
      count += before.getValue().pages();
    }
    Run after = byOffset.get(offset + pages * HeapLayout.PAGE_BYTES);
    if (after != null) {
      remove(after);
      count += after.pages();
    }
    add(new Run(start, count));
  }

  /** {@return where {@code pages} pages begin, taken from the smallest run that has them, or -1} */
  long take(long pages) {
    Run best = bySize.ceiling(new Run(0, pages));
    if (best == null) {
      return -1;
    }
    remove(best);
    if (best.pages() > pages) {
      add(new Run(best.offset() + pages * HeapLayout.PAGE_BYTES, best.pages() - pages));
    }
    total -= pages;
    return best.offset();
  }

  /** Takes {@code pages} pages that begin at {@code offset}; {@return whether they were free} */
  boolean takeAt(long offset, long pages) {
    Run run = byOffset.get(offset);
    if (run == null || run.pages() < pages) {
      return false;
    }
    remove(run);
    if (run.pages() > pages) {
      add(new Run(offset + pages * HeapLayout.PAGE_BYTES, run.pages() - pages));
    }
    total -= pages;
    return true;
  }

  /** {@return where the run ends that begins at {@code offset}, {@code offset} if none does} */
  long endOfRunAt(long offset) {
    Run run = byOffset.get(offset);
    return run == null ? offset : end(run);
  }

  private static long end(Run run) {
    return run.offset() + run.pages() * HeapLayout.PAGE_BYTES;
  }

  private void add(Run run) {
    byOffset.put(run.offset(), run);
    bySize.add(run);
  }

  private void remove(Run run) {
    byOffset.remove(run.offset());
    bySize.remove(run);
  }
}
