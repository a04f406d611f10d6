package io.holdfast.pmem.internal;

/** What a store past the caches does to a line that is in the cache. */
enum StreamingStores {
  /**
   * Its manufacturer promises that the bytes leave the caches, so that a fence makes them durable.
   */
  LEAVE_CACHES,
  /**
   * The bytes may stay in the cache, and a fence waits for nothing then: seen on AMD's Zen 5 with
   * lines of the first-level cache (docs/performance.md). Its manual leaves the method to the
   * processor.
   */
  MAY_STAY
}
