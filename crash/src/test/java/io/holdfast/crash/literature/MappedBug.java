package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.nio.file.Path;

/** A bug of a program on persistent memory: it has a map of 4 KiB, all zero at first. */
abstract class MappedBug extends PublishedBug {
  static final long LINE = 64;

  private static final Path FILE = FOLDER.resolve("pool");
  private static final long FILE_BYTES = 4096;

  /** Stores what is there, durable or not: it will be when the program is run. */
  void prepare(PmemMap map) {}

  abstract void run(PmemMap map, RunLog log, Version version) throws Exception;

  abstract String check(PmemMap map, RunLog log, Version version) throws Exception;

  @Override
  Granularity granularity() {
    return Granularity.CACHE_LINE;
  }

  @Override
  final void prepare(SimulatedMedium medium) {
    try (PmemFile file = medium.create(FILE)) {
      file.allocate(0, FILE_BYTES);
    }
    try (PmemMap map = map(medium)) {
      prepare(map);
    }
  }

  @Override
  final void run(SimulatedMedium medium, RunLog log, Version version) throws Exception {
    try (PmemMap map = map(medium)) {
      run(map, log, version);
    }
  }

  @Override
  final String check(SimulatedMedium medium, RunLog log, Version version) throws Exception {
    try (PmemMap map = map(medium)) {
      return check(map, log, version);
    }
  }

  static void persistLong(PmemMap map, long offset, long value) {
    map.putLong(offset, value);
    map.persist(offset, Long.BYTES);
  }

  /** Runs a part of the program on a thread of its own, to its end. */
  static void inThread(String name, Runnable part) throws InterruptedException {
    Thread thread = new Thread(part, name);
    thread.start();
    thread.join();
  }

  private static PmemMap map(SimulatedMedium medium) {
    return medium.map(
        PmemSource.of(FILE), MapConfig.defaults().withRequiredGranularity(Granularity.PAGE));
  }
}
