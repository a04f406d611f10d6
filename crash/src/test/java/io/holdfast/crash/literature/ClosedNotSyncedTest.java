package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A stream is written, flushed and closed, and what is in it taken for saved. Neither flush nor
 * close makes anything durable. Version control systems lost check-ins by it.
 */
@Published(
    in = "programs that take close for a sync",
    by = "after Yang, Sar and Engler, eXplode, OSDI 2006 (version control systems)")
final class ClosedNotSyncedTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("revision", "checked in, but the revision is empty", "1.1");
  }

  @Override
  void prepare(SimulatedMedium medium) {}

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path revision = medium.folder().resolve("revision");
    try (OutputStream out = Files.newOutputStream(revision)) {
      out.write("1.1".getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
    if (version == Version.FIXED) {
      sync(revision);
    }
    sync(medium.folder());
    log.acknowledge("checked in");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path revision = medium.folder().resolve("revision");
    String text = Files.exists(revision) ? Files.readString(revision).replace("\0", "") : "";
    require(
        !text.isEmpty() || !log.hasAcknowledged("checked in"),
        "checked in, but the revision is empty");
    return text;
  }
}
