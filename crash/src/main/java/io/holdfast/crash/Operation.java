package io.holdfast.crash;

/** A call that a {@linkplain SimulatedMedium#failAt simulated medium can be told to fail}. */
public enum Operation {
  /** Creating a file, with or without a name. */
  CREATE("open"),
  /** Writing to a file, durably or not. */
  WRITE("pwrite"),
  /** Synchronising a file. */
  SYNC("fdatasync"),
  /** Allocating space. */
  ALLOCATE("fallocate"),
  /** Setting a file's size. */
  TRUNCATE("ftruncate"),
  /** Flushing a mapping at page granularity: {@code msync}. */
  FLUSH("msync"),
  /** Giving a file its name. */
  PUBLISH("link"),
  /** Renaming a file. */
  RENAME("rename"),
  /** Removing a name. */
  DELETE("unlink"),
  /** Synchronising a folder. */
  SYNC_FOLDER("fsync");

  private final String call;

  Operation(String call) {
    this.call = call;
  }

  /** {@return the system call that it stands for} */
  public String call() {
    return call;
  }
}
