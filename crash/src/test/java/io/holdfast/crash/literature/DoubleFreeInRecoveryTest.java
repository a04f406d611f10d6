package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * Recovery finishes a deletion by putting the block on the free list and then forgetting the
 * deletion; when the power fails in between, the next recovery frees the block again, and it is
 * later given to two owners. PMFS, too, replays a list of files to be freed, and LeBlanc et al.
 * found it wrong in recovery for other reasons. The fix looks whether the block is free already.
 */
@Published(
    in = "deletions finished in recovery, such as PMFS's truncate list",
    by = "after LeBlanc et al., Chipmunk, EuroSys 2023")
final class DoubleFreeInRecoveryTest extends MappedBug {
  private static final long DELETING = 0;
  private static final long FREE_COUNT = LINE;
  private static final long FREE = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".free(", "block 7 is free 2 times", "block 7 is free");
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    persistLong(map, DELETING, 7);
    finishDeletion(map, version);
  }

  private static void finishDeletion(PmemMap map, Version version) {
    long block = map.getLong(DELETING);
    if (block != 0) {
      if (version == Version.BUGGY || timesFree(map, block) == 0) {
        free(map, block);
      }
      persistLong(map, DELETING, 0);
    }
  }

  private static void free(PmemMap map, long block) {
    long count = map.getLong(FREE_COUNT);
    persistLong(map, FREE + count * Long.BYTES, block);
    map.putLong(FREE_COUNT, count + 1);
    map.persist(FREE_COUNT, Long.BYTES);
  }

  private static int timesFree(PmemMap map, long block) {
    map.persist(FREE_COUNT, Long.BYTES); // what is found free must be so after the next crash
    int times = 0;
    for (long i = 0; i < map.getLong(FREE_COUNT); i++) {
      times += map.getLong(FREE + i * Long.BYTES) == block ? 1 : 0;
    }
    return times;
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    finishDeletion(map, version);
    int times = timesFree(map, 7);
    require(times < 2, "block 7 is free %d times".formatted(times));
    return times == 0 ? "block 7 is used" : "block 7 is free";
  }
}
