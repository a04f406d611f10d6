package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A lock lies in persistent memory beside what it protects and reaches the medium with it: after a
 * crash it is held by a thread that no longer exists. PMRace calls it a synchronisation
 * inconsistency. The fix opens the locks in recovery.
 */
@Published(in = "P-CLHT, FAST & FAIR and others", by = "Chen et al., PMRace, ASPLOS 2022")
final class PersistentLockHeldTest extends MappedBug {
  private static final long LOCK = 0;
  private static final long ITEM = 8;

  @Override
  Expected expected() {
    return new Expected(".insert(", "nobody can take the lock", "item 5");
  }

  private static void insert(PmemMap map) {
    if (map.compareAndExchangeLong(LOCK, 0, 1) == 0) {
      map.putLong(ITEM, 5);
      map.persist(ITEM, Long.BYTES);
      map.putLongRelease(LOCK, 0);
    }
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    insert(map);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    if (version == Version.FIXED) {
      map.putLong(LOCK, 0);
    }
    log.stopCrashing();
    require(map.compareAndExchangeLong(LOCK, 0, 1) == 0, "nobody can take the lock");
    return "item " + map.getLong(ITEM);
  }
}
