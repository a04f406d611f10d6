package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A log says "add 5", recovery adds it and clears the log; when the power fails in between, the
 * next recovery adds it again. Repairs that are interrupted are what Gatla et al. tested file
 * system checkers with. The fix logs what is to be stored, not what is to be done.
 */
@Published(
    in = "repairs that cannot be interrupted",
    by = "after Gatla et al., Towards Robust File System Checkers, FAST 2018")
final class RecoveryNotIdempotentTest extends MappedBug {
  private static final long BALANCE = 0;
  private static final long LOGGED = LINE;

  @Override
  Expected expected() {
    return new Expected(".replay(", "balance is 110", "balance 105");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(BALANCE, 100);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    persistLong(map, LOGGED, version == Version.FIXED ? map.getLong(BALANCE) + 5 : 5);
    replay(map, version);
  }

  private static void replay(PmemMap map, Version version) {
    long logged = map.getLong(LOGGED);
    if (logged != 0) {
      map.putLong(BALANCE, version == Version.FIXED ? logged : map.getLong(BALANCE) + logged);
      map.persist(BALANCE, Long.BYTES);
      persistLong(map, LOGGED, 0);
    }
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    replay(map, version);
    long balance = map.getLong(BALANCE);
    require(balance == 100 || balance == 105, "balance is " + balance);
    return "balance " + balance;
  }
}
