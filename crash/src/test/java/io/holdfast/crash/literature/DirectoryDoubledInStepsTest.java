package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A hash table doubles its directory: a new array, and a depth that says how long it is. Where the
 * two are stored one after the other, a crash leaves a depth that the array has not got, and every
 * later insertion goes wrong. It is one of the hard faults that Arthas was built to repair. The fix
 * keeps the depth in the array and switches one pointer.
 */
@Published(in = "CCEH (directory doubling)", by = "Choi, Burns and Huang, Arthas, EuroSys 2021")
final class DirectoryDoubledInStepsTest extends MappedBug {
  private static final long DIRECTORY = 0;
  private static final long DEPTH = LINE;
  private static final long SMALL = 2 * LINE;
  private static final long LARGE = 3 * LINE;

  @Override
  Expected expected() {
    return new Expected(".doubleDirectory(", "depth 1 of an array for depth 2", "depth 2");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(SMALL, 1);
    map.putLong(DEPTH, 1);
    map.putLong(DIRECTORY, SMALL);
  }

  private static void doubleDirectory(PmemMap map, Version version) {
    persistLong(map, LARGE, 2);
    map.putLong(DIRECTORY, LARGE);
    map.persist(DIRECTORY, Long.BYTES);
    if (version == Version.BUGGY) {
      persistLong(map, DEPTH, 2);
    }
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    doubleDirectory(map, version);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long length = map.getLong(map.getLong(DIRECTORY));
    long depth = version == Version.FIXED ? length : map.getLong(DEPTH);
    require(depth == length, "depth %d of an array for depth %d".formatted(depth, length));
    return "depth " + depth;
  }
}
