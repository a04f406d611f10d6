package io.holdfast.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Which scenarios run. */
enum Group {
  /** Stores and copies, against libpmem and libpmem2. */
  PMEM(192L << 20) {
    @Override
    Bench open(Path folder) {
      return PmemBench.open(folder);
    }

    @Override
    List<String> peers() {
      return List.of("libpmem", "libpmem2");
    }

    @Override
    Effort fullEffort() {
      return Effort.FULL_OF_MANY;
    }
  },
  /** Transactions and maps, against libpmemobj and the maps among its examples. */
  HEAP((512L << 20) + MapBench.POOL_BYTES) {
    @Override
    Bench open(Path folder) {
      return new Benches(List.of(HeapBench.open(folder), MapBench.open(folder)));
    }

    @Override
    List<String> peers() {
      return List.of("libpmemobj", MapBench.PEER);
    }

    @Override
    Effort fullEffort() {
      return Effort.FULL;
    }
  },
  /** States of crashed media, against nobody. */
  CRASH(0) {
    @Override
    Bench open(Path folder) {
      return new CrashBench();
    }

    @Override
    List<String> peers() {
      return List.of();
    }

    @Override
    Effort fullEffort() {
      return Effort.FULL_OF_STATES;
    }

    @Override
    Effort quickEffort(Effort quick) {
      return new Effort(
          Math.min(quick.rounds(), MOST_QUICK_ROUNDS_OF_STATES),
          quick.turn().multipliedBy(MOST_QUICK_ROUNDS_OF_STATES),
          quick.warmUp());
    }
  };

  /** Those that are compared with a peer. */
  static final List<Group> COMPARED = List.of(PMEM, HEAP);

  /** Few and long, since each begins with making the image. */
  private static final int MOST_QUICK_ROUNDS_OF_STATES = 7;

  private final long poolBytes;

  Group(long poolBytes) {
    this.poolBytes = poolBytes;
  }

  /**
   * Prepares our side.
   *
   * @param folder where its pool is created
   */
  abstract Bench open(Path folder);

  /** {@return the C libraries on the other side} */
  abstract List<String> peers();

  /** {@return how much is measured unless it is to be quick} */
  abstract Effort fullEffort();

  /**
   * {@return how much is measured if it is to be quick}
   *
   * @param quick what most groups measure then
   */
  Effort quickEffort(Effort quick) {
    return quick;
  }

  /** {@return how much room the pools of all sides need, in bytes} */
  long poolBytes() {
    return poolBytes;
  }

  /** {@return the name on the command line} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
