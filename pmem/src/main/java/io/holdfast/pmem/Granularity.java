package io.holdfast.pmem;

/**
 * How much of a store travels to the medium at once, and so what it takes to make the store
 * durable.
 *
 * <p>The constants are ordered from fine to coarse; a required granularity is an upper bound.
 */
public enum Granularity {
  /** A visible store is durable; only order has to be enforced (eADR, and private mappings). */
  BYTE,
  /** A store is durable once its cache line is flushed and the same thread has fenced (DAX). */
  CACHE_LINE,
  /** A store is durable once its pages are synchronised by the kernel (ordinary files). */
  PAGE
}
