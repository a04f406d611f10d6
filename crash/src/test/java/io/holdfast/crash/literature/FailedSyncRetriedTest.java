package io.holdfast.crash.literature;

import io.holdfast.crash.Operation;
import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.SystemCallException;

/**
 * A sync fails, is called again, and succeeds: the kernel had marked the pages clean the first time
 * and written nothing. PostgreSQL's checkpoints did so for years. The fix is not to believe the
 * file any more, and to stop.
 */
@Published(
    in = "PostgreSQL",
    by = "Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020")
final class FailedSyncRetriedTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected(".write(", "the checkpoint was acknowledged, the page is old", "new");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "page", "old");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    write(medium, "page", 0, "new");
    medium.failAt(Operation.SYNC, 1);
    try {
      sync(medium, "page");
    } catch (SystemCallException e) {
      if (version == Version.FIXED) {
        return;
      }
      sync(medium, "page");
    }
    log.acknowledge("checkpoint");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String page = read(medium, "page");
    require(
        !log.hasAcknowledged("checkpoint") || page.equals("new"),
        "the checkpoint was acknowledged, the page is " + page);
    return page;
  }
}
