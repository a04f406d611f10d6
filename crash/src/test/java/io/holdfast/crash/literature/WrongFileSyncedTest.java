package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * Two files belong to one commit and only the small one is synced: the index is durable and points
 * into data that is not.
 */
@Published(
    in = "stores of an index and a data file",
    by = "after the sync orders that Pillai et al. found missing, ALICE, OSDI 2014")
final class WrongFileSyncedTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("data 0x0", "the index has 4 bytes, the data", "data");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "data", "");
    create(medium, "index", "0");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    append(medium, "data", "data");
    sync(medium, version == Version.FIXED ? "data" : "index");
    write(medium, "index", 0, "4");
    sync(medium, "index");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    int length = Integer.parseInt(read(medium, "index"));
    if (length == 0) {
      return "nothing";
    }
    String data = read(medium, "data");
    require(data.equals("data"), "the index has 4 bytes, the data \"%s\"".formatted(data));
    return data;
  }
}
