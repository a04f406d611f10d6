package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Explorations whose reports the tests of reports read. */
final class Reports {
  /** What a careless program might call things. */
  static final String HOSTILE = "</script><img src=x onerror=alert(1)>\u2028\u0007&\"'";

  static final MemoryLayout LAYOUT =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("length"),
          MemoryLayout.paddingLayout(56),
          MemoryLayout.sequenceLayout(
                  3,
                  MemoryLayout.structLayout(
                      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("key"),
                      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("value"),
                      MemoryLayout.paddingLayout(56)))
              .withName("records"));

  private Reports() {}

  /** Records whose length is published before they are durable, and what else can be wrong. */
  static CrashExploration broken(String name) {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .named(name)
        .prepare(Programs::createFile)
        .decode(FILE, 0, LAYOUT)
        .run(
            (medium, log) -> {
              try (PmemMap map = map(medium)) {
                for (int i = 0; i < 3; i++) {
                  int record = i;
                  log.step("append " + record, () -> append(map, record));
                  log.acknowledge("record " + record);
                }
                map.persist(1024, 8); // nothing was stored there
              }
            })
        .check(Reports::read)
        .suppress(Finding.Kind.FLUSHED_TWICE, "com.example.Nobody", "never needed");
  }

  private static void append(PmemMap map, int record) {
    long at = 64 * (record + 1L);
    map.putInt(at, record + 1);
    map.putInt(at + 4, 100 + record);
    if (record != 1) {
      map.flush(at, 8);
    } else {
      map.flush(at - 64, 8); // the wrong line
    }
    map.drain();
    map.putLong(0, record + 1L);
    map.persist(0, 8);
  }

  private static String read(SimulatedMedium medium, RunLog log) {
    long length = word(medium, 0);
    for (int i = 0; i < length; i++) {
      if (word(medium, 64 * (i + 1L)) == 0) {
        throw new IllegalStateException("record %d of %d is empty".formatted(i, length));
      }
    }
    if (length < log.acknowledged().size()) {
      throw new IllegalStateException("only %d records are left".formatted(length));
    }
    return length + " records";
  }

  /** A run of that many events, none of which breaks anything. */
  static CrashExploration consistent(int events) {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .crashesInRecovery(0)
        .run(
            (medium, _) -> {
              try (PmemMap map = map(medium)) {
                for (int i = 0; i < events / 3; i++) {
                  map.putLong(0, i / (events / 30 + 1));
                  map.persist(0, 8);
                }
              }
            })
        .check((medium, _) -> "value " + word(medium, 0));
  }
}
