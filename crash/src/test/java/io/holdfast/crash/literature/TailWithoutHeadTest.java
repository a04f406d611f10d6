package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * An inode's log is initialised by storing its tail and its head, with one fence for both; a crash
 * could leave a tail and no head, and mounting that crashed the kernel.
 */
@Published(
    in = "NOVA (nova_initialize_inode_log)",
    by = "LeBlanc et al., Chipmunk, EuroSys 2023; linux-nova issue 94")
final class TailWithoutHeadTest extends MappedBug {
  private static final long HEAD = 0;
  private static final long TAIL = LINE;
  private static final long BLOCK = 0x400;

  @Override
  Expected expected() {
    return new Expected(".initialize(", "a log with a tail and no head", "log");
  }

  private static void initialize(PmemMap map, Version version) {
    map.putLong(HEAD, BLOCK);
    map.flush(HEAD, Long.BYTES);
    if (version == Version.FIXED) {
      map.drain();
    }
    map.putLong(TAIL, BLOCK);
    map.flush(TAIL, Long.BYTES);
    map.drain();
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    initialize(map, version);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    if (map.getLong(TAIL) == 0) {
      return "no log";
    }
    require(map.getLong(HEAD) != 0, "a log with a tail and no head");
    return "log";
  }
}
