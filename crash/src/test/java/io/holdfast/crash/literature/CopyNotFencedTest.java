package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;

/**
 * A copy past the caches needs no flush, but it does need a fence: without one it is acknowledged
 * while it waits in a write-combining buffer. PMDebugger's first rule, that what is promised must
 * be durable, is about this too.
 */
@Published(in = "copies without drain", by = "Di et al., PMDebugger, ASPLOS 2021")
final class CopyNotFencedTest extends MappedBug {
  private static final long ITEM = 0;

  @Override
  Expected expected() {
    return new Expected("stored past the caches", "acknowledged item is 0", "item 5");
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    map.copy(ITEM, MemorySegment.ofArray(new long[] {5}), 0, 8, CopyMode.NO_DRAIN.nonTemporal());
    if (version == Version.FIXED) {
      map.drain();
    }
    log.acknowledge("item");
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long item = map.getLong(ITEM);
    require(!log.hasAcknowledged("item") || item == 5, "acknowledged item is " + item);
    return "item " + item;
  }
}
