package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A new segment of a hash table is published without its constructor's stores having been flushed,
 * as in several of RECIPE's indexes.
 */
@Published(
    in = "CCEH and other indexes of RECIPE",
    by = "Gorjiara, Xu and Demsky, Jaaru, ASPLOS 2021")
final class ConstructorNotFlushedTest extends MappedBug {
  private static final long SEGMENT = 0;
  private static final long NEW_SEGMENT = LINE;
  private static final long DEPTH = 8;

  @Override
  Expected expected() {
    return new Expected(".construct(", "segment of depth 0", "depth 2");
  }

  private static void construct(PmemMap map, Version version) {
    map.putLong(NEW_SEGMENT + DEPTH, 2);
    if (version == Version.FIXED) {
      map.persist(NEW_SEGMENT, LINE);
    }
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    construct(map, version);
    persistLong(map, SEGMENT, NEW_SEGMENT);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long segment = map.getLong(SEGMENT);
    if (segment == 0) {
      return "no segment";
    }
    long depth = map.getLong(segment + DEPTH);
    require(depth == 2, "segment of depth " + depth);
    return "depth " + depth;
  }
}
