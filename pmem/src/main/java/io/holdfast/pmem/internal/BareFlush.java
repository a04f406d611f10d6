package io.holdfast.pmem.internal;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The flush routine without a mapping's class around it, for the benchmark that guards what the
 * class costs. Unchecked: an address that is not mapped ends the process. May be shared between
 * threads.
 */
public final class BareFlush {
  private static final @Nullable CpuRoutines ROUTINES = Cpu.CURRENT.routines().orElse(null);

  private BareFlush() {}

  /**
   * Makes durable what was stored to lines of memory that has been touched.
   *
   * @param address the first byte's address
   * @param length how many bytes, from 1 to {@link CpuRoutines#PIECE_BYTES}
   */
  public static void persist(long address, long length) {
    Objects.requireNonNull(ROUTINES).flush(address, address + length, CpuRoutines.FENCE);
  }
}
