package io.holdfast.crash.literature;

import io.holdfast.crash.Operation;
import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.SystemCallException;

/**
 * A server appends a command to its log, the sync fails, and the client is told "OK" nevertheless.
 * Redis did not look at what fsync of its append-only file returned.
 */
@Published(
    in = "Redis (append-only file)",
    by = "Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020")
final class FailedSyncIgnoredTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected(".append(", "OK was said, the log is \"\"", "set;");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "log", "");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    append(medium, "log", "set;");
    medium.failAt(Operation.SYNC, 1);
    try {
      sync(medium, "log");
    } catch (SystemCallException e) {
      if (version == Version.FIXED) {
        return;
      }
    }
    log.acknowledge("OK");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String text = read(medium, "log");
    require(
        !log.hasAcknowledged("OK") || text.equals("set;"),
        "OK was said, the log is \"%s\"".formatted(text.replace("\0", "")));
    return text;
  }
}
