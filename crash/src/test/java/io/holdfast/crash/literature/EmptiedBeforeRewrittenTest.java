package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * Settings are saved by cutting their file to nothing and writing it again: a crash in between
 * leaves an empty file, old settings gone and new ones never there. It is the usual way to write a
 * file, and when ext4 came to delay allocation, desktops lost their settings by it.
 */
@Published(
    in = "open with O_TRUNC, as most programs save",
    by = "Ts'o, Delayed allocation and the zero-length file problem, 2009; Jiang et al., FSE 2016")
final class EmptiedBeforeRewrittenTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected(".truncate(", "the settings are gone", "new");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "settings", "old");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    if (version == Version.FIXED) {
      create(medium, "temporary", "new");
      sync(medium, "temporary");
      rename(medium, "temporary", "settings");
      medium.syncFolder(FOLDER);
    } else {
      truncate(medium, "settings", 0);
      write(medium, "settings", 0, "new");
      sync(medium, "settings");
    }
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String settings = read(medium, "settings");
    require(!settings.replace("\0", "").isEmpty(), "the settings are gone");
    return settings;
  }
}
