package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A file is replaced in the right order, and "saved" is said before its folder is durable: after a
 * crash the old file is back. That a rename is atomic does not make it durable is one of the
 * guarantees that Bornholt et al. found programmers to expect and file systems not to give.
 */
@Published(
    in = "replace-via-rename",
    by =
        "Bornholt et al., Specifying and Checking File System Crash-Consistency Models, ASPLOS"
            + " 2016")
final class RenameNotDurableTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("renamed to", "saved, but \"old\" is there", "new");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "document", "old");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    create(medium, "temporary", "new");
    sync(medium, "temporary");
    rename(medium, "temporary", "document");
    if (version == Version.FIXED) {
      medium.syncFolder(FOLDER);
    }
    log.acknowledge("saved");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String document = read(medium, "document");
    require(
        !log.hasAcknowledged("saved") || document.equals("new"),
        "saved, but \"%s\" is there".formatted(document));
    return document;
  }
}
