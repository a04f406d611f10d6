package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A transaction commits by deleting its rollback journal. The deletion is not durable when the
 * commit is acknowledged: after a crash the journal is back, and recovery undoes the transaction.
 */
@Published(in = "SQLite (rollback journal)", by = "Pillai et al., ALICE, OSDI 2014")
final class LostUnlinkTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("journal", "committed, but the database has \"old\"", "new");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "database", "old");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    create(medium, "journal", "old");
    sync(medium, "journal");
    medium.syncFolder(FOLDER);
    write(medium, "database", 0, "new");
    sync(medium, "database");
    medium.delete(path("journal"));
    if (version == Version.FIXED) {
      medium.syncFolder(FOLDER);
    }
    log.acknowledge("commit");
  }

  private static void rollBack(SimulatedMedium medium) {
    if (exists(medium, "journal")) {
      String old = read(medium, "journal");
      if (!old.isEmpty()) {
        write(medium, "database", 0, old);
        sync(medium, "database");
      }
      medium.delete(path("journal"));
      medium.syncFolder(FOLDER);
    }
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    rollBack(medium);
    String database = read(medium, "database");
    require(
        !log.hasAcknowledged("commit") || database.equals("new"),
        "committed, but the database has \"%s\"".formatted(database));
    return database;
  }
}
