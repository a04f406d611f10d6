package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An object is written under a temporary name, linked to its own, and its temporary name removed;
 * then a reference to it is made durable. Nothing has synced the object or its folder: after a
 * crash the reference leads nowhere.
 */
@Published(in = "Git (loose objects)", by = "Pillai et al., ALICE, OSDI 2014")
final class RefBeforeObjectTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("objects", "master names an object that is not there", "commit");
  }

  @Override
  void prepare(SimulatedMedium medium) throws IOException {
    Files.createDirectory(medium.folder().resolve("objects"));
    Files.writeString(medium.folder().resolve("master"), "-----");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path objects = medium.folder().resolve("objects");
    Path temporary = objects.resolve("temporary");
    Files.writeString(temporary, "commit");
    if (version == Version.FIXED) {
      sync(temporary);
    }
    Files.createLink(objects.resolve("c0ffe"), temporary);
    Files.delete(temporary);
    if (version == Version.FIXED) {
      sync(objects);
    }
    Files.writeString(medium.folder().resolve("temporary"), "c0ffe");
    sync(medium.folder().resolve("temporary"));
    rename(medium.folder(), "temporary", "master");
    sync(medium.folder());
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    String master = Files.readString(medium.folder().resolve("master"));
    if (master.equals("-----")) {
      return "nothing";
    }
    Path object = medium.folder().resolve("objects").resolve(master);
    require(
        Files.exists(object) && Files.readString(object).equals("commit"),
        "master names an object that is not there");
    return "commit";
  }
}
