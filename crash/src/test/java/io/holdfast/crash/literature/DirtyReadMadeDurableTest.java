package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A thread reads what another has stored and not yet made durable, and makes durable what it
 * concludes: after a crash the conclusion is there and its ground is not. PMRace calls it an
 * inter-thread inconsistency. The fix makes durable what it has read.
 */
@Published(in = "P-CLHT, memcached-pm and others", by = "Chen et al., PMRace, ASPLOS 2022")
final class DirtyReadMadeDurableTest extends MappedBug {
  private static final long TABLE = 0;
  private static final long ITEM = LINE;

  @Override
  Expected expected() {
    return new Expected(".swapTable(", "item in table 9, which is gone", "item in table 9");
  }

  private static void swapTable(PmemMap map) {
    map.putLong(TABLE, 9);
    map.persist(TABLE, Long.BYTES);
  }

  private static void insert(PmemMap map, Version version) {
    long table = map.getLongAcquire(TABLE);
    if (version == Version.FIXED) {
      map.persist(TABLE, Long.BYTES);
    }
    persistLong(map, ITEM, table);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) throws Exception {
    log.together(() -> swapTable(map), () -> insert(map, version));
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long item = map.getLong(ITEM);
    require(
        item == 0 || item == map.getLong(TABLE), "item in table %d, which is gone".formatted(item));
    return item == 0 ? "no item" : "item in table " + item;
  }
}
