package io.holdfast.bench;

import java.nio.file.Path;
import java.util.Locale;

/** Which scenarios run. */
enum Group {
  /** Stores and copies, against libpmem. */
  PMEM("libpmem", 128L << 20) {
    @Override
    Bench open(Path folder) {
      return PmemBench.open(folder);
    }
  },
  /** Transactions, against libpmemobj. */
  HEAP("libpmemobj", 512L << 20) {
    @Override
    Bench open(Path folder) {
      return HeapBench.open(folder);
    }
  };

  private final String peer;
  private final long poolBytes;

  Group(String peer, long poolBytes) {
    this.peer = peer;
    this.poolBytes = poolBytes;
  }

  /**
   * Prepares our side.
   *
   * @param folder where its pool is created
   */
  abstract Bench open(Path folder);

  /** {@return the C library on the other side} */
  String peer() {
    return peer;
  }

  /** {@return how much room the pools of both sides need, in bytes} */
  long poolBytes() {
    return poolBytes;
  }

  /** {@return the name on the command line} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
