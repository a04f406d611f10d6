package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A process dies before its sync; the next one reads the record from the page cache, finds its
 * checksum right, and builds on it. Nothing of it is durable, and power may fail now. Rebello et
 * al. saw stores recover from pages that were on no disk. The fix syncs what recovery has read
 * before anybody hears of it.
 */
@Published(
    in = "recoveries that believe a checksum over undurable bytes",
    by = "Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020")
final class RecoveredFromPageCacheTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected(".append(", "told of the record, which is gone", "record");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "log", "");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    append(medium, "log", "record " + "record".hashCode());
    sync(medium, "log");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    boolean valid = read(medium, "log").equals("record " + "record".hashCode());
    require(valid || !log.hasAcknowledged("told"), "told of the record, which is gone");
    if (!valid) {
      return "no record";
    }
    if (version == Version.FIXED) {
      sync(medium, "log");
    }
    log.acknowledge("told");
    return "record";
  }
}
