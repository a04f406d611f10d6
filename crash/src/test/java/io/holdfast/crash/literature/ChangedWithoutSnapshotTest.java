package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A transaction with an undo log changes two words and has taken a snapshot of one: rolled back, it
 * leaves half of itself. PMTest found PMDK's B-tree example changing a node that it had not added
 * to the transaction.
 */
@Published(in = "PMDK's example btree_map", by = "Liu et al., PMTest, ASPLOS 2019")
final class ChangedWithoutSnapshotTest extends MappedBug {
  private static final long LEFT = 0;
  private static final long RIGHT = LINE;
  private static final long UNDO = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".rotate(", "10 items were in the nodes, now there are 11", "4 and 6");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(LEFT, 5);
    map.putLong(RIGHT, 5);
  }

  /** An entry of the undo log: the old value first, then where it belongs, plus 1. */
  private static void snapshot(PmemMap map, int entry, long offset) {
    long undo = UNDO + entry * LINE;
    map.putLong(undo, map.getLong(offset));
    map.persist(undo, Long.BYTES);
    map.putLong(undo + 8, offset + 1);
    map.persist(undo + 8, Long.BYTES);
  }

  private static void rotate(PmemMap map, Version version) {
    snapshot(map, 0, LEFT);
    if (version == Version.FIXED) {
      snapshot(map, 1, RIGHT);
    }
    map.putLong(LEFT, 4);
    map.putLong(RIGHT, 6);
    map.flush(LEFT, Long.BYTES);
    map.flush(RIGHT, Long.BYTES);
    map.drain();
    persistLong(map, UNDO + 8, 0);
    persistLong(map, UNDO + LINE + 8, 0);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    rotate(map, version);
  }

  /** Rolls back if the first snapshot is still there: the transaction ends when it goes. */
  private static void rollBack(PmemMap map) {
    map.persist(UNDO, 2 * LINE); // after a kill it may be visible only
    for (int entry = 1; entry >= 0; entry--) {
      long undo = UNDO + entry * LINE;
      long offset = map.getLong(undo + 8) - 1;
      if (offset >= 0) {
        if (map.getLong(UNDO + 8) != 0) {
          persistLong(map, offset, map.getLong(undo));
        }
        persistLong(map, undo + 8, 0);
      }
    }
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    rollBack(map);
    long left = map.getLong(LEFT);
    long right = map.getLong(RIGHT);
    require(left + right == 10, "10 items were in the nodes, now there are " + (left + right));
    return "%d and %d".formatted(left, right);
  }
}
