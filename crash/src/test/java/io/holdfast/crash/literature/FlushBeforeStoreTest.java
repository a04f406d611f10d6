package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A line is flushed before it is stored to: the flush and the fence are there, in the wrong place.
 * It is the misplaced write-back among the bugs that PMTest's authors planted.
 */
@Published(in = "misplaced write-backs", by = "Liu et al., PMTest, ASPLOS 2019")
final class FlushBeforeStoreTest extends MappedBug {
  private static final long BALANCE = 0;

  @Override
  Expected expected() {
    return new Expected(".deposit(", "acknowledged balance is 0", "balance 100");
  }

  private static void deposit(PmemMap map, Version version) {
    if (version == Version.FIXED) {
      map.putLong(BALANCE, 100);
      map.persist(BALANCE, Long.BYTES);
    } else {
      map.persist(BALANCE, Long.BYTES);
      map.putLong(BALANCE, 100);
    }
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    deposit(map, version);
    log.acknowledge("deposited");
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long balance = map.getLong(BALANCE);
    require(
        !log.hasAcknowledged("deposited") || balance == 100, "acknowledged balance is " + balance);
    return "balance " + balance;
  }
}
