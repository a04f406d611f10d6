package io.holdfast.heap;

/**
 * Who writes home what the log of a heap on an ordinary file holds. Has no meaning on DAX memory.
 */
public enum Checkpoints {
  /** A thread of the heap's own, whenever half the log is full. */
  BACKGROUND,
  /**
   * The transaction that needs the room: a run is then the same every time, as crash tests want it.
   */
  INLINE
}
