package io.holdfast.pmem.internal;

import io.holdfast.pmem.PmemFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file of the operating system.
 *
 * <p>Calls count themselves in and out, and the last one out after {@link #close} closes the
 * descriptor: a late call can never hit another file that was given the same number. A close gives
 * the lock back explicitly, since mappings hold duplicates of the descriptor, which share it.
 */
final class SystemFile extends PmemFile {
  private static final int CLOSED = 1 << 31;

  private final Descriptor descriptor;
  private final FileTransfer transfer;
  private volatile Path path;

  /** The number of running calls, and whether the file is closed. */
  private final AtomicInteger users = new AtomicInteger();

  SystemFile(Descriptor descriptor, Path path) {
    this.descriptor = descriptor;
    this.transfer = new FileTransfer(descriptor);
    this.path = path;
  }

  @Override
  public Path path() {
    return path;
  }

  private void enter() {
    int seen;
    do {
      seen = users.get();
      if (seen < 0) {
        throw new IllegalStateException(path + ": closed");
      }
    } while (!users.compareAndSet(seen, seen + 1));
  }

  private void leave() {
    if (users.decrementAndGet() == CLOSED) {
      descriptor.close();
    }
  }

  @Override
  public long size() {
    enter();
    try {
      return descriptor.status().size();
    } finally {
      leave();
    }
  }

  @Override
  public long read(long position, MemorySegment destination) {
    checkPosition(position, destination.byteSize());
    enter();
    try {
      return transfer.read(position, destination);
    } finally {
      leave();
    }
  }

  @Override
  public void write(long position, MemorySegment source) {
    checkPosition(position, source.byteSize());
    enter();
    try {
      transfer.write(position, source);
    } finally {
      leave();
    }
  }

  @Override
  public void writeDurably(long position, MemorySegment source) {
    checkPosition(position, source.byteSize());
    enter();
    try {
      transfer.writeDurably(position, source);
    } finally {
      leave();
    }
  }

  @Override
  public void sync() {
    enter();
    try {
      descriptor.dataSync();
    } finally {
      leave();
    }
  }

  @Override
  public void allocate(long position, long length) {
    checkPosition(position, length);
    if (length == 0) {
      return;
    }
    enter();
    try {
      descriptor.allocate(position, length);
    } finally {
      leave();
    }
  }

  @Override
  public void truncate(long length) {
    checkPosition(length, 0);
    enter();
    try {
      descriptor.truncate(length);
    } finally {
      leave();
    }
  }

  @Override
  public boolean tryLock() {
    enter();
    try {
      return descriptor.tryLock();
    } finally {
      leave();
    }
  }

  @Override
  public void publish(Path name) {
    enter();
    try {
      descriptor.link(name);
      path = name;
    } finally {
      leave();
    }
  }

  /** {@return a descriptor of its own for a mapping of this file} */
  Descriptor duplicate() {
    enter();
    try {
      return descriptor.duplicate();
    } finally {
      leave();
    }
  }

  @Override
  public void close() {
    int seen;
    do {
      seen = users.get();
      if (seen < 0) {
        return;
      }
    } while (!users.compareAndSet(seen, seen | CLOSED));
    if (seen == 0) {
      descriptor.close();
    }
  }

  private void checkPosition(long position, long length) {
    if (position < 0 || length < 0 || position + length < 0) {
      throw new IllegalArgumentException(
          path + ": offset " + position + " + " + length + " is no position in a file");
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
