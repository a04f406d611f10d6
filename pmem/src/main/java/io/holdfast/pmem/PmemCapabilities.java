package io.holdfast.pmem;

import io.holdfast.pmem.internal.MachineReport;
import java.util.Optional;

/**
 * What this machine offers to persistent memory, as this process uses it: the environment variables
 * and properties of the package description are taken into account. The granularity is not among
 * it, since every mapping has its own.
 *
 * @param flushInstruction the instruction that writes a cache line back, such as {@code CLWB};
 *     absent if cache lines cannot be flushed
 * @param vectorBytes how many bytes the copies past the caches store at once; 0 if there are none
 * @param pastCachesBytes the length in bytes from which copies go past the caches unless told
 *     otherwise
 * @param pageBytes the size of a page in bytes
 * @param problem why cache lines cannot be flushed, so that every shared mapping has PAGE
 *     granularity; absent if they can
 */
public record PmemCapabilities(
    Optional<String> flushInstruction,
    int vectorBytes,
    long pastCachesBytes,
    long pageBytes,
    Optional<String> problem) {

  /**
   * {@return what this machine offers}
   *
   * @throws UnsupportedOperationException if this is not Linux on x86-64 or AArch64
   */
  public static PmemCapabilities ofThisMachine() {
    return MachineReport.capabilities();
  }
}
