package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/** A lock on a range of a simulated file. May be shared between threads. */
final class SimulatedLock extends FileLock {
  private final LockTable table;
  private final int file;
  private volatile boolean valid = true;

  SimulatedLock(
      FileChannel channel, LockTable table, int file, long position, long size, Sharing sharing) {
    super(channel, position, size, sharing == Sharing.SHARED);
    this.table = table;
    this.file = file;
  }

  SimulatedLock(
      AsynchronousFileChannel channel,
      LockTable table,
      int file,
      long position,
      long size,
      Sharing sharing) {
    super(channel, position, size, sharing == Sharing.SHARED);
    this.table = table;
    this.file = file;
  }

  /** Who else may have the range. */
  enum Sharing {
    SHARED,
    EXCLUSIVE;

    static Sharing of(boolean shared) {
      return shared ? SHARED : EXCLUSIVE;
    }
  }

  @Override
  public boolean isValid() {
    return valid && acquiredBy().isOpen();
  }

  @Override
  public void release() throws IOException {
    if (!acquiredBy().isOpen()) {
      throw new ClosedChannelException();
    }
    drop();
  }

  /** Gives the lock back, whether or not its channel is open. */
  void drop() {
    if (valid) {
      valid = false;
      table.remove(file, this);
    }
  }
}
