package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * While one thread swaps in a new directory, another sees it, inserts through it, and acknowledges;
 * the directory is not durable yet, and a crash loses the insertion with it. The fix has those who
 * follow the pointer make it durable.
 */
@Published(
    in = "CCEH and CCEH-COW of SEPH (directory doubling)",
    by = "SEPH issue 2, by an author of Mumak, EuroSys 2023")
final class InsertedBehindUndurablePointerTest extends MappedBug {
  private static final long DIRECTORY = 0;
  private static final long OLD = LINE;
  private static final long NEW = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".swapDirectory(", "acknowledged item 5 is not found", "item 5");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(DIRECTORY, OLD);
  }

  private static void swapDirectory(PmemMap map) {
    map.putLongRelease(DIRECTORY, NEW);
    map.persist(DIRECTORY, Long.BYTES);
  }

  private static void insert(PmemMap map, RunLog log, Version version) {
    long directory = map.getLongAcquire(DIRECTORY);
    if (directory != NEW) {
      return; // it would wait for the new directory
    }
    if (version == Version.FIXED) {
      map.persist(DIRECTORY, Long.BYTES);
    }
    persistLong(map, directory, 5);
    log.acknowledge("inserted");
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) throws Exception {
    log.together(() -> swapDirectory(map), () -> insert(map, log, version));
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long item = map.getLong(map.getLong(DIRECTORY));
    require(item == 5 || !log.hasAcknowledged("inserted"), "acknowledged item 5 is not found");
    return "item " + item;
  }
}
