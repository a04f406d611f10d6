package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A file is cut short and its block given to another file before the cut is durable: after a crash
 * both own it, and the first shows what the second has written. In ext2 it was an indirect block,
 * and fsync of the second file did not help. The fix frees nothing before what let go of it is
 * durable.
 */
@Published(in = "ext2 (fsync)", by = "Yang, Sar and Engler, eXplode, OSDI 2006")
final class BlockReusedTooEarlyTest extends MappedBug {
  private static final long FIRST_FILE = 0;
  private static final long SECOND_FILE = LINE;
  private static final long BLOCK = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".truncate(", "the first file shows 22", "second file 22");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(BLOCK, 11);
    map.putLong(FIRST_FILE, BLOCK);
  }

  private static void truncate(PmemMap map, Version version) {
    map.putLong(FIRST_FILE, 0);
    if (version == Version.FIXED) {
      map.persist(FIRST_FILE, Long.BYTES);
    }
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    truncate(map, version);
    persistLong(map, BLOCK, 22);
    persistLong(map, SECOND_FILE, BLOCK);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long first = map.getLong(FIRST_FILE);
    if (first != 0) {
      require(map.getLong(first) == 11, "the first file shows " + map.getLong(first));
    }
    long second = map.getLong(SECOND_FILE);
    return second == 0 ? "no second file" : "second file " + map.getLong(second);
  }
}
