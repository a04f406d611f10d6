package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A value is stored and then, in the same line, its key, in the belief that stores to one line
 * reach memory in their order. The compiler may swap, merge or split stores that are not atomic.
 * Yashme calls this a persistency race; CCEH has it for its pairs.
 */
@Published(in = "CCEH", by = "Gorjiara, Xu and Demsky, Yashme, ASPLOS 2022")
final class PairStoredPlainlyTest extends MappedBug {
  private static final long KEY = 0;
  private static final long VALUE = 8;

  @Override
  Expected expected() {
    return new Expected(".insert(", "key 7 has value 0", "7 = 70");
  }

  private static void insert(PmemMap map, Version version) {
    map.putLong(VALUE, 70);
    if (version == Version.FIXED) {
      map.putLongRelease(KEY, 7);
    } else {
      map.putLong(KEY, 7);
    }
    map.persist(KEY, 16);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    insert(map, version);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long key = map.getLong(KEY);
    long value = map.getLong(VALUE);
    require(key == 0 || value == 70, "key %d has value %d".formatted(key, value));
    return key == 0 ? "empty" : "%d = %d".formatted(key, value);
  }
}
