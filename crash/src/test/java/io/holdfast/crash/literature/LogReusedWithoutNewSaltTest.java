package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A log is written again from its beginning. Behind the first new record stand records of the last
 * round, whole and with valid checksums, and recovery replays them as if they were newer. SQLite
 * draws new salts for its write-ahead log for this reason, and RocksDB puts the log's number into
 * the records of recycled logs.
 */
@Published(
    in = "write-ahead logs that are reused",
    by = "SQLite file format, section 4.1 (salts); RocksDB log format (recyclable records)")
final class LogReusedWithoutNewSaltTest extends MappedBug {
  private static final long SALT = 0;
  private static final long CHECKPOINT = LINE;
  private static final long LOG = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".run(", "11 was acknowledged, 20 is read", "value 21");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(CHECKPOINT, 20);
    append(map, 0, 10);
    append(map, 1, 20);
  }

  private static void append(PmemMap map, int record, long value) {
    long offset = LOG + record * LINE;
    map.putLong(offset, value);
    map.putLong(offset + 8, ~value + map.getLong(SALT));
    map.persist(offset, 16);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    if (version == Version.FIXED) {
      persistLong(map, SALT, 1);
    }
    append(map, 0, 11);
    log.acknowledge("11");
    append(map, 1, 21);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long value = map.getLong(CHECKPOINT);
    for (long record = LOG; map.getLong(record) != 0; record += LINE) {
      if (map.getLong(record + 8) != ~map.getLong(record) + map.getLong(SALT)) {
        break;
      }
      value = map.getLong(record);
    }
    require(
        !log.hasAcknowledged("11") || value == 11 || value == 21,
        "11 was acknowledged, %d is read".formatted(value));
    return "value " + value;
  }
}
