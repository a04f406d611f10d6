package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * The token that makes a slot valid is flushed with the slot and before the same fence: nothing
 * orders their lines, and the token may be durable alone. Ordering violations of this kind are what
 * Witcher looks for; Level hashing is one of the stores it found them in.
 */
@Published(in = "Level hashing", by = "Fu et al., Witcher, SOSP 2021")
final class TokenBeforeSlotTest extends MappedBug {
  private static final long TOKEN = 0;
  private static final long KEY = LINE;
  private static final long VALUE = LINE + 8;

  @Override
  Expected expected() {
    return new Expected(".fillSlot(", "token without a slot", "7 = 70");
  }

  private static void fillSlot(PmemMap map) {
    map.putLong(KEY, 7);
    map.putLong(VALUE, 70);
    map.flush(KEY, 16);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    fillSlot(map);
    if (version == Version.FIXED) {
      map.drain();
    }
    persistLong(map, TOKEN, 1);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    if (map.getLong(TOKEN) == 0) {
      return "empty";
    }
    long key = map.getLong(KEY);
    long value = map.getLong(VALUE);
    require(key == 7 && value == 70, "token without a slot: %d = %d".formatted(key, value));
    return "%d = %d".formatted(key, value);
  }
}
