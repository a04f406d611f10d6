package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * NOVA's {@code mkdir} took an inode number and did not flush the allocator's counter: after a
 * crash the next directory got the same inode.
 */
@Published(in = "NOVA (mkdir)", by = "LeBlanc et al., Chipmunk, EuroSys 2023; linux-nova issue 91")
final class AllocatorNotFlushedTest extends MappedBug {
  private static final long USED = 0;
  private static final long FIRST_DIRECTORY = LINE;
  private static final long SECOND_DIRECTORY = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".allocate(", "both directories have inode 1", "made");
  }

  private static long allocate(PmemMap map, Version version) {
    long number = map.getLong(USED) + 1;
    map.putLong(USED, number);
    if (version == Version.FIXED) {
      map.persist(USED, Long.BYTES);
    }
    return number;
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    persistLong(map, FIRST_DIRECTORY, allocate(map, version));
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long first = map.getLong(FIRST_DIRECTORY);
    persistLong(map, SECOND_DIRECTORY, allocate(map, version));
    require(map.getLong(SECOND_DIRECTORY) != first, "both directories have inode " + first);
    return first == 0 ? "not made" : "made";
  }
}
