package io.holdfast.pmem.internal;

import io.holdfast.pmem.PmemMap;

/** Tells tests of other packages what a mapping takes the caches for. */
public final class CachesOf {
  private CachesOf() {}

  /** {@return whether lines in the caches are flushed, and if not, why} */
  public static String map(PmemMap map) {
    return ((MappedPmem) map).caches.name();
  }
}
