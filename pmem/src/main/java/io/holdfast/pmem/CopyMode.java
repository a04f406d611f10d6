package io.holdfast.pmem;

/**
 * How a copy, move or fill travels to the medium and what it waits for: libpmem's {@code
 * PMEM_F_MEM_*} flags.
 *
 * <p>Immutable; keep combinations in constants, so that a hot path allocates nothing.
 */
public final class CopyMode {
  /** Durable on return; the way is chosen by length. */
  public static final CopyMode PERSIST = new CopyMode(0);

  /**
   * Flushed or stored past the caches, durable after the same thread's next {@link PmemMap#drain}.
   */
  public static final CopyMode NO_DRAIN = new CopyMode(1);

  /** Only stored; the caller flushes and drains. */
  public static final CopyMode NO_FLUSH = new CopyMode(32);

  private final int flags;

  private CopyMode(int flags) {
    this.flags = flags;
  }

  /** {@return this mode, but past the caches whatever the length} */
  public CopyMode nonTemporal() {
    return new CopyMode(flags | 2);
  }

  /** {@return this mode, but through the caches whatever the length} */
  public CopyMode temporal() {
    return new CopyMode(flags | 4);
  }

  /**
   * {@return this mode, with the hint that a write-combining store suits: past the caches whatever
   * the length, unless the platform writes its caches back when power fails}
   */
  public CopyMode writeCombining() {
    return new CopyMode(flags | 8);
  }

  /**
   * {@return this mode, with the hint that a write-back store suits: through the caches whatever
   * the length, unless {@link #nonTemporal} or {@link #writeCombining} is asked for, too}
   */
  public CopyMode writeBack() {
    return new CopyMode(flags | 16);
  }

  /**
   * {@return libpmem's flag word for this mode: NODRAIN 1, NONTEMPORAL 2, TEMPORAL 4, WC 8, WB 16,
   * NOFLUSH 32}
   */
  public int flags() {
    return flags;
  }
}
