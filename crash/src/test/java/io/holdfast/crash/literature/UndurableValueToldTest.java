package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A lookup without a lock returns a value that another thread has stored and not yet made durable.
 * The reader has seen it, and a crash takes it back. The fix makes durable what it returns.
 */
@Published(in = "CCEH-COW of SEPH (Get)", by = "SEPH issue 3, by an author of Mumak, EuroSys 2023")
final class UndurableValueToldTest extends MappedBug {
  private static final long VALUE = 0;

  @Override
  Expected expected() {
    return new Expected(".update(", "a reader was told 2, now it is 1", "value 2");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(VALUE, 1);
  }

  private static void update(PmemMap map) {
    map.putLongRelease(VALUE, 2);
    map.persist(VALUE, Long.BYTES);
  }

  private static void get(PmemMap map, RunLog log, Version version) {
    long value = map.getLongAcquire(VALUE);
    if (version == Version.FIXED) {
      map.persist(VALUE, Long.BYTES);
    }
    log.acknowledge("told " + value);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) throws Exception {
    log.together(() -> update(map), () -> get(map, log, version));
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long value = map.getLong(VALUE);
    require(
        value == 2 || !log.hasAcknowledged("told 2"), "a reader was told 2, now it is " + value);
    return "value " + value;
  }
}
