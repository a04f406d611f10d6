package io.holdfast.pmem;

/** What an opened file may be used for. */
public enum FileAccess {
  /** Reading only. */
  READ_ONLY,
  /** Reading and writing. */
  READ_WRITE
}
