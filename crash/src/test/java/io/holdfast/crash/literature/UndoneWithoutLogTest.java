package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A checker saves each block to an undo log before it repairs it, and does not sync the log first:
 * the repair may be durable and the saved block not, so that nothing can be undone.
 */
@Published(
    in = "e2fsck (undo log)",
    by = "Gatla et al., Towards Robust File System Checkers, FAST 2018")
final class UndoneWithoutLogTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("undo 0x0", "half repaired: new old", "new new");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "first", "old");
    create(medium, "second", "old");
    create(medium, "undo", "-------");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    write(medium, "undo", 0, "old old");
    if (version == Version.FIXED) {
      sync(medium, "undo");
    }
    write(medium, "first", 0, "new");
    sync(medium, "first");
    write(medium, "second", 0, "new");
    sync(medium, "second");
    write(medium, "undo", 0, "-------");
    sync(medium, "undo");
  }

  private static void undo(SimulatedMedium medium) {
    if (read(medium, "undo").equals("old old")) {
      sync(medium, "undo"); // after a kill it may be visible only
      for (String block : new String[] {"first", "second"}) {
        write(medium, block, 0, "old");
        sync(medium, block);
      }
      write(medium, "undo", 0, "-------");
      sync(medium, "undo");
    }
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    undo(medium);
    String first = read(medium, "first");
    String second = read(medium, "second");
    require(first.equals(second), "half repaired: %s %s".formatted(first, second));
    return first + " " + second;
  }
}
