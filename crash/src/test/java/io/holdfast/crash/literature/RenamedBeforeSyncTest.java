package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A file is replaced by renaming a new one over it, whose contents are not durable: after a crash
 * the name is there and the contents are not. LevelDB did so with CURRENT.
 */
@Published(in = "LevelDB (CURRENT)", by = "Pillai et al., ALICE, OSDI 2014")
final class RenamedBeforeSyncTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected(".create(", "CURRENT names no manifest", "MANIFEST-2");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "CURRENT", "MANIFEST-1");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    create(medium, "temporary", "MANIFEST-2");
    if (version == Version.FIXED) {
      sync(medium, "temporary");
    }
    rename(medium, "temporary", "CURRENT");
    medium.syncFolder(FOLDER);
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String current = read(medium, "CURRENT");
    require(
        current.equals("MANIFEST-1") || current.equals("MANIFEST-2"), "CURRENT names no manifest");
    return current;
  }
}
