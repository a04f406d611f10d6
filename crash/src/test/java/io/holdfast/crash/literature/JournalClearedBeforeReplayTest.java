package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * Recovery writes what the journal has to its place and marks the journal empty, without a sync in
 * between: when power fails again, the journal may be empty and nothing in its place. FiSC found
 * journal recoveries that cleared the journal before what they had replayed was on disk.
 */
@Published(in = "ext3 and others (journal recovery)", by = "Yang et al., FiSC, OSDI 2004")
final class JournalClearedBeforeReplayTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("blocks 0x0", "block is lost", "new");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "blocks", "old");
    create(medium, "journal", "----");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    write(medium, "journal", 0, "new!");
    sync(medium, "journal");
    log.acknowledge("commit");
    replay(medium, Version.FIXED);
  }

  private static void replay(SimulatedMedium medium, Version version) {
    if (read(medium, "journal").equals("new!")) {
      sync(medium, "journal"); // after a kill it may be visible only
      write(medium, "blocks", 0, "new");
      if (version == Version.FIXED) {
        sync(medium, "blocks");
      }
      write(medium, "journal", 0, "----");
      sync(medium, "journal");
    }
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    replay(medium, version);
    String block = read(medium, "blocks");
    require(!log.hasAcknowledged("commit") || block.equals("new"), "block is lost: " + block);
    return block;
  }
}
