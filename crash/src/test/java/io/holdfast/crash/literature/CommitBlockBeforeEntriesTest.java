package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A journal writes its blocks and its commit block and syncs once: the commit block may arrive
 * first, and recovery replays whatever was in the journal before. Disks whose caches are not
 * flushed do this to journalling file systems. The fix waits before it commits.
 */
@Published(
    in = "journals without cache flushes",
    by = "Chidambaram et al., Optimistic Crash Consistency, SOSP 2013")
final class CommitBlockBeforeEntriesTest extends FileBug {
  private static final int COMMIT = 512;

  @Override
  Expected expected() {
    return new Expected("journal 0x0", "a commit block after no entry", "committed");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "journal", "-".repeat(2 * COMMIT));
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    write(medium, "journal", 0, "entry");
    if (version == Version.FIXED) {
      sync(medium, "journal");
    }
    write(medium, "journal", COMMIT, "commit");
    sync(medium, "journal");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String journal = read(medium, "journal");
    if (!journal.startsWith("commit", COMMIT)) {
      return "nothing";
    }
    require(journal.startsWith("entry"), "a commit block after no entry");
    return "committed";
  }
}
