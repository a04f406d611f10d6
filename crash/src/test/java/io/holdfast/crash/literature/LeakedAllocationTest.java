package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A block is allocated, durably, and then linked, durably: a crash in between leaks it for ever.
 * Makalu's answer, and the fix here, is to find at start what can be reached and to free the rest.
 */
@Published(
    in = "allocators whose blocks are published by a second step",
    by = "Bhandari, Chakrabarti and Boehm, Makalu, OOPSLA 2016")
final class LeakedAllocationTest extends MappedBug {
  private static final long USED = 0;
  private static final long ROOT = LINE;

  @Override
  Expected expected() {
    return new Expected(".allocate(", "block 3 is used by nobody", "block 3");
  }

  private static long allocate(PmemMap map) {
    map.putLong(USED, map.getLong(USED) | 1L << 3);
    map.persist(USED, Long.BYTES);
    return 3;
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    persistLong(map, ROOT, allocate(map));
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long root = map.getLong(ROOT);
    if (version == Version.FIXED) {
      map.persist(ROOT, Long.BYTES); // what is about to be believed may be visible only
      persistLong(map, USED, root == 0 ? 0 : 1L << root);
    }
    require(root != 0 || map.getLong(USED) == 0, "block 3 is used by nobody");
    return root == 0 ? "nothing" : "block " + root;
  }
}
