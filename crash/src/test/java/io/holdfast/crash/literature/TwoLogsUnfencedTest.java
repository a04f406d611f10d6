package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * NOVA-Fortis keeps each log entry twice, so that one is whole when the other is torn, and did not
 * fence between the two: both could be torn.
 */
@Published(in = "NOVA-Fortis (replicated logs)", by = "LeBlanc et al., Chipmunk, EuroSys 2023")
final class TwoLogsUnfencedTest extends MappedBug {
  private static final long PRIMARY = 0;
  private static final long BACKUP = LINE;

  @Override
  Expected expected() {
    return new Expected(".write(", "neither log is whole", "entry 2");
  }

  @Override
  void prepare(PmemMap map) {
    write(map, PRIMARY, 1);
    write(map, BACKUP, 1);
  }

  /** An entry is whole if its word and the complement of it are there. */
  private static void write(PmemMap map, long log, long entry) {
    map.putLong(log, entry);
    map.putLong(log + 8, ~entry);
    map.flush(log, 16);
  }

  private static boolean isWhole(PmemMap map, long log) {
    return map.getLong(log) == ~map.getLong(log + 8);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    write(map, PRIMARY, 2);
    if (version == Version.FIXED) {
      map.drain();
    }
    write(map, BACKUP, 2);
    map.drain();
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    require(isWhole(map, PRIMARY) || isWhole(map, BACKUP), "neither log is whole");
    return "entry " + map.getLong(isWhole(map, PRIMARY) ? PRIMARY : BACKUP);
  }
}
