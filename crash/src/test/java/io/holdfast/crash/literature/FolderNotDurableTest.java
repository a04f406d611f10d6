package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A store makes a folder for itself, a file in it, and syncs both; but the name of the folder is in
 * the folder above, and that is not synced. After a crash the whole store is gone.
 */
@Published(
    in = "stores that make their own folder",
    by = "after the directory operations of Pillai et al., ALICE, OSDI 2014")
final class FolderNotDurableTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("/store", "the store was acknowledged and is gone", "data");
  }

  @Override
  void prepare(SimulatedMedium medium) {}

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path store = Files.createDirectory(medium.folder().resolve("store"));
    Files.writeString(store.resolve("data"), "data");
    sync(store.resolve("data"));
    sync(store);
    if (version == Version.FIXED) {
      sync(medium.folder());
    }
    log.acknowledge("stored");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) throws IOException {
    Path data = medium.folder().resolve("store").resolve("data");
    boolean exists = Files.exists(data);
    require(exists || !log.hasAcknowledged("stored"), "the store was acknowledged and is gone");
    return exists ? Files.readString(data) : "no store";
  }
}
