package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * One thread stores and flushes, another fences and answers the client. A fence waits for its own
 * thread's flushes only. HawkSet finds such races by asking whether store, flush and fence are
 * under the same lock.
 */
@Published(
    in = "persistency-induced races",
    by = "Oliveira, Gonçalves and Matos, HawkSet, EuroSys 2025")
final class FenceOfAnotherThreadTest extends MappedBug {
  private static final long ITEM = 0;

  @Override
  Expected expected() {
    return new Expected("by writer", "acknowledged item is 0", "item 5");
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) throws InterruptedException {
    inThread(
        "writer",
        () -> {
          map.putLong(ITEM, 5);
          map.flush(ITEM, Long.BYTES);
          if (version == Version.FIXED) {
            map.drain();
          }
        });
    map.drain();
    log.acknowledge("item");
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long item = map.getLong(ITEM);
    require(!log.hasAcknowledged("item") || item == 5, "acknowledged item is " + item);
    return "item " + item;
  }
}
