package io.holdfast.heap;

/** What a new object holds before anything is stored to it. */
public enum Content {
  /** Zeros in all bytes that were asked for. */
  ZEROED,

  /**
   * Whatever its space held, which may be what other objects have held: for large objects, all of
   * whose bytes are going to be stored anyway. Allocating is as fast then as for small ones.
   */
  UNDEFINED
}
