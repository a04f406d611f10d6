package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A file is renamed over another by removing the other's entry, giving the name to the file, and
 * removing the old name, each durable by itself: a crash left neither file under the name. The fix
 * journals the rename.
 */
@Published(
    in = "NOVA (rename)",
    by = "LeBlanc et al., Chipmunk, EuroSys 2023; linux-nova issue 116")
final class RenameInTwoStepsTest extends MappedBug {
  private static final long A = 0;
  private static final long B = LINE;
  private static final long JOURNAL = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".removeEntry(", "there is no file a", "a is inode 2");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(A, 1);
    map.putLong(B, 2);
  }

  private static void removeEntry(PmemMap map, long entry) {
    map.putLong(entry, 0);
    map.persist(entry, Long.BYTES);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    if (version == Version.FIXED) {
      persistLong(map, JOURNAL, map.getLong(B));
      finishRename(map);
    } else {
      removeEntry(map, A);
      persistLong(map, A, map.getLong(B));
      removeEntry(map, B);
    }
  }

  private static void finishRename(PmemMap map) {
    long inode = map.getLong(JOURNAL);
    if (inode != 0) {
      map.persist(JOURNAL, Long.BYTES); // after a kill it may be visible only
      persistLong(map, A, inode);
      removeEntry(map, B);
      persistLong(map, JOURNAL, 0);
    }
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    finishRename(map);
    long inode = map.getLong(A);
    require(inode != 0, "there is no file a");
    require(map.getLong(B) != inode, "inode %d has two names".formatted(inode));
    return "a is inode " + inode;
  }
}
