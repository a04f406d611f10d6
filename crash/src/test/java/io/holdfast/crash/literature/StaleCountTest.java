package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A table counts its entries and marks the count dirty while it inserts, so that recovery counts
 * anew. The mark must be durable before the entry: here both wait for one fence. The mark of
 * hashmap_atomic is what XFDetector calls a commit variable.
 */
@Published(
    in = "PMDK's example hashmap_atomic (count_dirty)",
    by = "Liu et al., XFDetector, ASPLOS 2020")
final class StaleCountTest extends MappedBug {
  private static final long ENTRY = 0;
  private static final long COUNT = LINE;
  private static final long COUNT_DIRTY = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".markDirty(", "1 entry and a count of 0", "count 1");
  }

  private static void markDirty(PmemMap map, Version version) {
    map.putLong(COUNT_DIRTY, 1);
    map.flush(COUNT_DIRTY, Long.BYTES);
    if (version == Version.FIXED) {
      map.drain();
    }
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    markDirty(map, version);
    persistLong(map, ENTRY, 7);
    persistLong(map, COUNT, 1);
    persistLong(map, COUNT_DIRTY, 0);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long entries = map.getLong(ENTRY) == 0 ? 0 : 1;
    if (map.getLong(COUNT_DIRTY) == 1) {
      map.persist(ENTRY, Long.BYTES); // it may be visible only, and is about to be counted
      persistLong(map, COUNT, entries);
      persistLong(map, COUNT_DIRTY, 0);
    }
    long count = map.getLong(COUNT);
    require(count == entries, "%d entry and a count of %d".formatted(entries, count));
    return "count " + count;
  }
}
