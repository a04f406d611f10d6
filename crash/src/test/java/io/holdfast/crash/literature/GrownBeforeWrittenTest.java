package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A record is appended and then, with another sync, another. The file may have grown while the
 * bytes have not arrived: the record is there and is zeroes. A reader that trusts the file's length
 * takes it for one. The fix gives each record an end by which it can be known.
 */
@Published(
    in = "logs of LevelDB, Mercurial and others",
    by = "Pillai et al., ALICE, OSDI 2014 (appends)")
final class GrownBeforeWrittenTest extends FileBug {
  private static final int RECORD_BYTES = 4;

  @Override
  Expected expected() {
    return new Expected(".append(", "a record of zeroes", "2 records");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "log", "one;");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    append(medium, "log", "two;");
    sync(medium, "log");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String text = read(medium, "log");
    if (version == Version.FIXED) {
      text = text.substring(0, text.lastIndexOf(';') + 1);
    }
    require(!text.contains("\0"), "a record of zeroes");
    return text.length() / RECORD_BYTES + " records";
  }
}
