package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;

/**
 * A database maps its header and writes the rest of its files. It marks the header clean in memory
 * and then syncs the data; but the kernel may write the mapped page back at any time, and recovery
 * finds a clean header over half of a transaction. Early write-back of a mapped page is what Zheng
 * et al. found behind TokyoCabinet's losses.
 */
@Published(
    in = "TokyoCabinet (mapped header)",
    by = "Zheng et al., Torturing Databases for Fun and Profit, OSDI 2014")
final class MappedHeaderEvictedTest extends FileBug {
  private static final int SECTOR = 512;
  private static final long CLEAN = 0;
  private static final long DIRTY = 1;

  @Override
  Expected expected() {
    return new Expected("data 0x", "clean database has half a transaction", "bb");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "header", "\0".repeat(4096));
    create(medium, "undo", "-".repeat(2 * SECTOR));
    create(medium, "data", "a".repeat(2 * SECTOR));
  }

  private static PmemMap header(SimulatedMedium medium) {
    return medium.map(
        PmemSource.of(path("header")),
        MapConfig.defaults().withRequiredGranularity(medium.granularity()));
  }

  private static void mark(PmemMap header, long state) {
    header.putLong(0, state);
    header.flush(0, Long.BYTES);
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    try (PmemMap header = header(medium)) {
      write(medium, "undo", 0, read(medium, "data"));
      sync(medium, "undo");
      mark(header, DIRTY);
      write(medium, "data", 0, "b".repeat(2 * SECTOR));
      if (version == Version.BUGGY) {
        header.putLong(0, CLEAN); // not flushed: "it cannot be on disk yet"
      }
      sync(medium, "data");
      mark(header, CLEAN);
    }
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    try (PmemMap header = header(medium)) {
      if (header.getLong(0) == DIRTY) {
        write(medium, "data", 0, read(medium, "undo"));
        sync(medium, "data");
        mark(header, CLEAN);
      }
    }
    String data = read(medium, "data");
    require(data.charAt(0) == data.charAt(SECTOR), "clean database has half a transaction");
    return "" + data.charAt(0) + data.charAt(SECTOR);
  }
}
