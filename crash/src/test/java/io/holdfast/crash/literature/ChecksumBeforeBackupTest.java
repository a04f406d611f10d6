package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * An inode has a log and an alternate log. Its checksum was renewed after the first had been
 * initialised and again after the second: a crash in between left an inode that was valid and had
 * one log.
 */
@Published(
    in = "NOVA-Fortis (alternate logs)",
    by = "LeBlanc et al., Chipmunk, EuroSys 2023; linux-nova pull request 109")
final class ChecksumBeforeBackupTest extends MappedBug {
  private static final long MAIN = 0;
  private static final long ALTERNATE = LINE;
  private static final long CHECKSUM = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".updateChecksum(", "valid inode without an alternate log", "two logs");
  }

  private static long checksum(PmemMap map) {
    return 31 * map.getLong(MAIN) + map.getLong(ALTERNATE);
  }

  private static void updateChecksum(PmemMap map) {
    map.putLong(CHECKSUM, checksum(map));
    map.persist(CHECKSUM, Long.BYTES);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    persistLong(map, MAIN, 0x400);
    if (version == Version.BUGGY) {
      updateChecksum(map);
    }
    persistLong(map, ALTERNATE, 0x800);
    updateChecksum(map);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    if (map.getLong(MAIN) == 0 || map.getLong(CHECKSUM) != checksum(map)) {
      return "no log";
    }
    require(map.getLong(ALTERNATE) != 0, "valid inode without an alternate log");
    return "two logs";
  }
}
