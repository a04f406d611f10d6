package io.holdfast.crash;

/** A call that a {@linkplain SimulatedMedium#failAt simulated medium can be told to fail}. */
public enum Operation {
  /** Creating a file, with or without a name. */
  CREATE,
  /** Writing to a file, durably or not. */
  WRITE,
  /** Synchronising a file. */
  SYNC,
  /** Allocating space. */
  ALLOCATE,
  /** Setting a file's size. */
  TRUNCATE,
  /** Flushing a mapping at page granularity: {@code msync}. */
  FLUSH,
  /** Giving a file its name. */
  PUBLISH,
  /** Renaming a file. */
  RENAME,
  /** Removing a name. */
  DELETE,
  /** Synchronising a folder. */
  SYNC_FOLDER
}
