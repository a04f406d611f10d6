package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A checkpoint writes what the log has to the data file and then cuts the log to nothing. The cut
 * may be durable before the data: both are gone.
 */
@Published(
    in = "checkpoints that end in ftruncate",
    by = "after the order of overwrites and truncations in Pillai et al., ALICE, OSDI 2014")
final class LogCutTooEarlyTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("data 0x0", "record 7 is in neither file", "7");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "data", "-");
    create(medium, "log", "7");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    checkpoint(medium, version);
  }

  private static void checkpoint(SimulatedMedium medium, Version version) {
    write(medium, "data", 0, "7");
    if (version == Version.FIXED) {
      sync(medium, "data");
    }
    truncate(medium, "log", 0);
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    if (read(medium, "log").equals("7")) {
      checkpoint(medium, version);
    }
    String data = read(medium, "data");
    require(data.equals("7"), "record 7 is in neither file");
    return data;
  }
}
