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
  private static final long RWF_DSYNC = 2;
  private static final int CLOSED = 1 << 31;

  private final Descriptor descriptor;
  private volatile Path path;

  /** The number of running calls, and whether the file is closed. */
  private final AtomicInteger users = new AtomicInteger();

  private volatile Durable durable = Durable.BY_FLAG;

  /** How a write is made durable. */
  private enum Durable {
    BY_FLAG,
    BY_SYNC
  }

  SystemFile(Descriptor descriptor, Path path) {
    this.descriptor = descriptor;
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
      return destination.isNative()
          ? readNative(position, destination)
          : readHeap(position, destination);
    } finally {
      leave();
    }
  }

  private long readNative(long position, MemorySegment destination) {
    long done = 0;
    while (done < destination.byteSize()) {
      MemorySegment rest = done == 0 ? destination : destination.asSlice(done);
      long n = descriptor.transfer(SystemCall.PREAD, rest, position + done);
      if (n == 0) {
        break;
      }
      done += n;
    }
    return done;
  }

  /**
   * A blocking call must not hold the collector back, so that heap memory goes through a buffer.
   */
  private long readHeap(long position, MemorySegment destination) {
    CallContext context = CallContext.take();
    try {
      long done = 0;
      while (done < destination.byteSize()) {
        long wanted = Math.min(CallContext.BOUNCE_BYTES, destination.byteSize() - done);
        MemorySegment piece = context.bounce().asSlice(0, wanted);
        long n = readNative(position + done, piece);
        MemorySegment.copy(piece, 0, destination, done, n);
        done += n;
        if (n < wanted) {
          break;
        }
      }
      return done;
    } finally {
      context.release();
    }
  }

  @Override
  public void write(long position, MemorySegment source) {
    checkPosition(position, source.byteSize());
    enter();
    try {
      if (source.isNative()) {
        writeNative(position, source);
      } else {
        writeHeap(position, source);
      }
    } finally {
      leave();
    }
  }

  private void writeNative(long position, MemorySegment source) {
    long done = 0;
    while (done < source.byteSize()) {
      MemorySegment rest = done == 0 ? source : source.asSlice(done);
      done += descriptor.transfer(SystemCall.PWRITE, rest, position + done);
    }
  }

  private void writeHeap(long position, MemorySegment source) {
    CallContext context = CallContext.take();
    try {
      for (long done = 0; done < source.byteSize(); ) {
        long n = Math.min(CallContext.BOUNCE_BYTES, source.byteSize() - done);
        MemorySegment piece = context.bounce().asSlice(0, n);
        MemorySegment.copy(source, done, piece, 0, n);
        writeNative(position + done, piece);
        done += n;
      }
    } finally {
      context.release();
    }
  }

  @Override
  public void writeDurably(long position, MemorySegment source) {
    checkPosition(position, source.byteSize());
    enter();
    try {
      if (source.isNative()) {
        writeNativeDurably(position, source);
      } else if (source.byteSize() <= CallContext.BOUNCE_BYTES) {
        CallContext context = CallContext.take();
        try {
          MemorySegment piece = context.bounce().asSlice(0, source.byteSize());
          piece.copyFrom(source);
          writeNativeDurably(position, piece);
        } finally {
          context.release();
        }
      } else {
        writeHeap(position, source);
        descriptor.dataSync();
      }
    } finally {
      leave();
    }
  }

  private void writeNativeDurably(long position, MemorySegment source) {
    long done = 0;
    if (durable == Durable.BY_FLAG) {
      while (done < source.byteSize()) {
        MemorySegment rest = done == 0 ? source : source.asSlice(done);
        long n = descriptor.writeDurably(rest, position + done, RWF_DSYNC);
        if (Errno.EOPNOTSUPP.is(n) || Errno.ENOSYS.is(n)) {
          durable = Durable.BY_SYNC;
          break;
        }
        done += LinuxCalls.check(path.toString(), SystemCall.PWRITEV2, n);
      }
    }
    if (done < source.byteSize()) {
      writeNative(position + done, done == 0 ? source : source.asSlice(done));
      descriptor.dataSync();
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
