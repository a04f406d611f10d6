package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A file is compressed into a new one and then removed; nothing makes the new one durable first.
 * After a crash neither has the contents. C³ found it in GNU zip and relatives.
 */
@Published(in = "gzip", by = "Jiang et al., Crash Consistency Validation Made Easy, FSE 2016")
final class InputRemovedTooEarlyTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("text.gz", "neither file has the contents", "compressed");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "text", "contents");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    create(medium, "text.gz", "c8");
    if (version == Version.FIXED) {
      sync(medium, "text.gz");
      medium.syncFolder(FOLDER);
    }
    medium.delete(path("text"));
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    boolean original = exists(medium, "text") && read(medium, "text").equals("contents");
    boolean compressed = exists(medium, "text.gz") && read(medium, "text.gz").equals("c8");
    require(original || compressed, "neither file has the contents");
    return original ? "original" : "compressed";
  }
}
