package io.holdfast.pmem.internal;

/**
 * How a copy, move or fill travels: libpmem's order of decisions, with a threshold of its own for
 * copies that end with a fence.
 *
 * <p>Whoever waits for a line to be durable waits less if it never was in the cache: it need not be
 * fetched first, nor written back after (measured in docs/performance.md). Without a fence there is
 * no wait, and a short copy is better off where the next loads find it; its stores also stay in
 * program order, so that a release store after it publishes it.
 *
 * <p>Where a store past the caches may stay in them, there are none: a fence would wait for
 * nothing.
 *
 * @param stores which kinds of stores may be used
 * @param threshold the length in bytes from which those past the caches are used unasked
 * @param fencedThreshold the same, if the copy ends with a fence
 */
record CopyRules(Stores stores, long threshold, long fencedThreshold) {
  /** libpmem's default threshold. */
  static final long DEFAULT_THRESHOLD = 256;

  /** A word, the least that can be stored past the caches. */
  static final long DEFAULT_FENCED_THRESHOLD = 8;

  /** Result bit besides those of {@link CpuRoutines}: store past the caches. */
  static final int PAST_CACHES = 4;

  private static final int NO_DRAIN = 1;
  private static final int NON_TEMPORAL = 2;
  private static final int TEMPORAL = 4;
  private static final int WRITE_COMBINING = 8;
  private static final int WRITE_BACK = 16;
  private static final int NO_FLUSH = 32;

  /** Which kinds of stores may be used. */
  enum Stores {
    THROUGH_CACHES,
    ANY
  }

  /** What becomes of a line in the cache when power fails. */
  enum Caches {
    LOST,
    FLUSHED_BY_PLATFORM
  }

  /** {@return the rules for a processor, as far as the settings do not say otherwise} */
  static CopyRules of(Settings settings, StreamingStores streaming) {
    return new CopyRules(
        settings.noMovnt().orElse(streaming == StreamingStores.MAY_STAY)
            ? Stores.THROUGH_CACHES
            : Stores.ANY,
        settings.movntThreshold().orElse(DEFAULT_THRESHOLD),
        settings.movntThreshold().orElse(DEFAULT_FENCED_THRESHOLD));
  }

  /**
   * {@return the bits {@link CpuRoutines#FLUSH}, {@link CpuRoutines#FENCE} and {@link
   * #PAST_CACHES}}
   */
  int decide(int flags, long length, Caches caches) {
    if ((flags & NO_FLUSH) != 0) {
      return 0;
    }
    int fence = (flags & NO_DRAIN) != 0 ? 0 : CpuRoutines.FENCE;
    int flush = caches == Caches.LOST ? CpuRoutines.FLUSH : 0;
    return fence | flush | (isPastCaches(flags, length, caches) ? PAST_CACHES : 0);
  }

  private boolean isPastCaches(int flags, long length, Caches caches) {
    if (stores == Stores.THROUGH_CACHES) {
      return false;
    }
    if ((flags & NON_TEMPORAL) != 0) {
      return true;
    }
    if (caches == Caches.FLUSHED_BY_PLATFORM) {
      return false;
    }
    long least = (flags & NO_DRAIN) == 0 ? fencedThreshold : threshold;
    return (flags & WRITE_COMBINING) != 0
        || ((flags & (TEMPORAL | WRITE_BACK)) == 0 && length >= least);
  }
}
