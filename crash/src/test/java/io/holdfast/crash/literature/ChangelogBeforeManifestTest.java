package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A commit appends to several files, each of which refers to the one before: the last may be
 * durable first, and the repository then refers to what it has not got.
 */
@Published(in = "Mercurial", by = "Pillai et al., ALICE, OSDI 2014")
final class ChangelogBeforeManifestTest extends FileBug {
  @Override
  Expected expected() {
    return new Expected("manifest 0x0", "changeset without a manifest", "changeset");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "manifest", "");
    create(medium, "changelog", "");
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    append(medium, "manifest", "m1");
    if (version == Version.FIXED) {
      sync(medium, "manifest");
    }
    append(medium, "changelog", "c1");
    sync(medium, "changelog");
    sync(medium, "manifest");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    if (!read(medium, "changelog").equals("c1")) {
      return "no changeset";
    }
    require(read(medium, "manifest").equals("m1"), "changeset without a manifest");
    return "changeset";
  }
}
