package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * CURRENT is switched to a new manifest by a rename, and then the old manifest is deleted. Nothing
 * orders the two: after a crash CURRENT may name a manifest that is no longer there.
 */
@Published(in = "LevelDB (compaction)", by = "Pillai et al., ALICE, OSDI 2014; leveldb issue 195")
final class UnlinkedBeforeRenameTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("renamed to", "CURRENT names MANIFEST-1, which is gone", "MANIFEST-2");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "MANIFEST-1", "");
    create(medium, "MANIFEST-2", "");
    create(medium, "CURRENT", "MANIFEST-1");
    create(medium, "temporary", "MANIFEST-2");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    rename(medium, "temporary", "CURRENT");
    if (version == Version.FIXED) {
      medium.syncFolder(FOLDER);
    }
    medium.delete(path("MANIFEST-1"));
    medium.syncFolder(FOLDER);
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String current = read(medium, "CURRENT");
    require(exists(medium, current), "CURRENT names %s, which is gone".formatted(current));
    return current;
  }
}
