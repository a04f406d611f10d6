package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code Files.move} with {@code REPLACE_EXISTING} deletes the old file and renames the new one,
 * two steps with a moment in between in which there is none. Only {@code ATOMIC_MOVE} promises one
 * step.
 */
@Published(
    in = "Java programs that replace a file by Files.move",
    by = "Java SE API, java.nio.file.Files.move; replace-via-rename in Pillai et al., OSDI 2014")
final class MoveNotAtomicTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("removed", "there is no document", "new");
  }

  @Override
  void prepare(SimulatedMedium medium) throws IOException {
    Files.writeString(medium.folder().resolve("document"), "old");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path document = medium.folder().resolve("document");
    Path temporary = medium.folder().resolve("temporary");
    Files.writeString(temporary, "new");
    sync(temporary);
    if (version == Version.FIXED) {
      Files.move(temporary, document, StandardCopyOption.ATOMIC_MOVE);
    } else {
      Files.move(temporary, document, StandardCopyOption.REPLACE_EXISTING);
    }
    sync(medium.folder());
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path document = medium.folder().resolve("document");
    require(Files.exists(document), "there is no document");
    return Files.readString(document);
  }
}
