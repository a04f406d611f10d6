package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * ABA across a crash: an intent says "replace A by B" and recovery finishes it if the head is still
 * A. But the replacement was done long ago, and A, freed and used again, has come back. The fix is
 * that of lock-free programs, a version beside the address.
 */
@Published(
    in = "intents and descriptors that recovery compares with the present value",
    by = "after Wang, Levandoski and Larson, PMwCAS, ICDE 2018")
final class ReusedAddressTakenForOldTest extends MappedBug {
  private static final long HEAD = 0;
  private static final long INTENT_NEW = LINE;
  private static final long INTENT_OLD = LINE + 8;
  private static final long A = 0x100;
  private static final long B = 0x200;
  private static final long ADDRESS = 0xFFFF;
  private static final long ONE_VERSION = ADDRESS + 1;

  @Override
  Expected expected() {
    return new Expected(
        "acknowledged \"push\"", "push of 0x100 was acknowledged, head is 0x200", "0x100");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(HEAD, A);
  }

  private static void replace(PmemMap map, long address, Version version) {
    long head = map.getLong(HEAD);
    long versioned = version == Version.FIXED ? (head & ~ADDRESS) + ONE_VERSION : 0;
    map.putLong(HEAD, versioned | address);
    map.persist(HEAD, Long.BYTES);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    persistLong(map, INTENT_OLD, map.getLong(HEAD));
    persistLong(map, INTENT_NEW, B);
    replace(map, B, version);
    replace(map, A, version);
    log.acknowledge("push");
    persistLong(map, INTENT_NEW, 0);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    if (map.getLong(INTENT_NEW) != 0 && map.getLong(HEAD) == map.getLong(INTENT_OLD)) {
      replace(map, B, version);
    }
    long head = map.getLong(HEAD) & ADDRESS;
    require(
        !log.hasAcknowledged("push") || head == A,
        "push of 0x100 was acknowledged, head is 0x%x".formatted(head));
    return "0x%x".formatted(head);
  }
}
