package io.holdfast.pmem.internal;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig.Sharing;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which granularity a mapping has: libpmem2's rules, and one of ours.
 *
 * @param granularity what a store needs to become durable
 * @param why the facts it follows from, in words
 */
record GranularityRules(Granularity granularity, String why) {

  /** Whether the kernel promised that flushed lines of the mapping need no synchronising. */
  enum KernelSync {
    PROMISED,
    REFUSED
  }

  /** Whether the platform writes its caches back when power fails. */
  enum AutoFlush {
    PRESENT,
    ABSENT
  }

  /**
   * Applies the rules in their order.
   *
   * @param flushingProblem why cache lines cannot be flushed, empty if they can
   * @param autoFlush asked only where it matters
   */
  static GranularityRules of(
      Sharing sharing,
      String flushingProblem,
      Optional<Granularity> forced,
      KernelSync sync,
      Supplier<AutoFlush> autoFlush) {
    if (sharing == Sharing.PRIVATE) {
      return new GranularityRules(Granularity.BYTE, "the mapping is private");
    }
    if (!flushingProblem.isEmpty()) {
      return new GranularityRules(
          Granularity.PAGE, "cache lines cannot be flushed: " + flushingProblem);
    }
    if (forced.isPresent()) {
      return new GranularityRules(
          forced.get(),
          "it is forced by PMEM2_FORCE_GRANULARITY, PMEM_IS_PMEM_FORCE or a property");
    }
    if (sync == KernelSync.REFUSED) {
      return new GranularityRules(
          Granularity.PAGE,
          "no MAP_SYNC: the file system is not DAX, or its device is not synchronous (virtio-pmem), or Linux is older than 4.15");
    }
    if (autoFlush.get() == AutoFlush.ABSENT) {
      return new GranularityRules(
          Granularity.CACHE_LINE,
          "the platform does not write its caches back on power loss: no eADR");
    }
    return new GranularityRules(Granularity.BYTE, "the platform has eADR");
  }
}
