package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A server begins a new log file, syncs what it writes to it, and never syncs the folder: after a
 * crash the whole file is gone, with every transaction in it.
 */
@Published(in = "ZooKeeper (transaction logs)", by = "Pillai et al., ALICE, OSDI 2014")
final class CreationNotDurableTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("log.1", "transaction 1 was acknowledged, there is no log", "log: put");
  }

  @Override
  void prepare(SimulatedMedium medium) {}

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    create(medium, "log.1", "put");
    if (version == Version.FIXED) {
      medium.syncFolder(FOLDER);
    }
    sync(medium, "log.1");
    log.acknowledge("transaction 1");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    boolean exists = exists(medium, "log.1");
    require(
        exists || !log.hasAcknowledged("transaction 1"),
        "transaction 1 was acknowledged, there is no log");
    return exists ? "log: " + read(medium, "log.1") : "no log";
  }
}
