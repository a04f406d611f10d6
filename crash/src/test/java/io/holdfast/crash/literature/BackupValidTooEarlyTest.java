package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * An array element is backed up before it is overwritten, but the backup's flag may be durable
 * before the backup: recovery then puts back what was never there. It is the example that PMTest
 * begins with.
 */
@Published(in = "update of an array element with a backup", by = "Liu et al., PMTest, ASPLOS 2019")
final class BackupValidTooEarlyTest extends MappedBug {
  private static final long ELEMENT = 0;
  private static final long BACKUP = LINE;
  private static final long BACKUP_VALID = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".backUp(", "element is 0", "element 2");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(ELEMENT, 1);
  }

  private static void backUp(PmemMap map, Version version) {
    map.putLong(BACKUP, map.getLong(ELEMENT));
    map.flush(BACKUP, Long.BYTES);
    if (version == Version.FIXED) {
      map.drain();
    }
    persistLong(map, BACKUP_VALID, 1);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    backUp(map, version);
    persistLong(map, ELEMENT, 2);
    persistLong(map, BACKUP_VALID, 0);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    if (map.getLong(BACKUP_VALID) == 1) {
      persistLong(map, ELEMENT, map.getLong(BACKUP));
      persistLong(map, BACKUP_VALID, 0);
    }
    long element = map.getLong(ELEMENT);
    require(element == 1 || element == 2, "element is " + element);
    return "element " + element;
  }
}
