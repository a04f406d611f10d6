package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A list's length is stored and not flushed, and recovery reads it although nothing says that it is
 * durable: a cross-failure race. The fix counts the nodes.
 */
@Published(in = "linked list with a length", by = "Liu et al., XFDetector, ASPLOS 2020")
final class LengthReadInRecoveryTest extends MappedBug {
  private static final long HEAD = 0;
  private static final long LENGTH = LINE;
  private static final long NODE = 2 * LINE;
  private static final long NEXT = 8;

  @Override
  Expected expected() {
    return new Expected(".append(", "a node in a list of length 0", "length 1");
  }

  private static void append(PmemMap map) {
    map.putLong(NODE + NEXT, map.getLong(HEAD));
    map.persist(NODE, LINE);
    map.putLong(HEAD, NODE);
    map.persist(HEAD, Long.BYTES);
    map.putLong(LENGTH, map.getLong(LENGTH) + 1);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    append(map);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long nodes = 0;
    for (long node = map.getLong(HEAD); node != 0; node = map.getLong(node + NEXT)) {
      nodes++;
    }
    if (version == Version.FIXED) {
      persistLong(map, LENGTH, nodes);
    }
    long length = map.getLong(LENGTH);
    require(length >= nodes, "a node in a list of length " + length);
    return "length " + length;
  }
}
