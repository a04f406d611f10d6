package io.holdfast.pmem.internal;

import java.lang.foreign.MemorySegment;

/**
 * Reads and writes of a descriptor, of any length, from memory of any kind. May be shared between
 * threads as long as the descriptor is open.
 */
final class FileTransfer {
  private static final long RWF_DSYNC = 2;

  private final Descriptor descriptor;

  private volatile Durable durable = Durable.BY_FLAG;

  /** How a write is made durable. */
  private enum Durable {
    BY_FLAG,
    BY_SYNC
  }

  FileTransfer(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /** {@return how many bytes were read, fewer than asked for only at the end of the file} */
  long read(long position, MemorySegment destination) {
    return destination.isNative()
        ? readNative(position, destination)
        : readHeap(position, destination);
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

  /** Writes all of {@code source}. */
  void write(long position, MemorySegment source) {
    if (source.isNative()) {
      writeNative(position, source);
    } else {
      writeHeap(position, source);
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

  /** Writes all of {@code source} and returns once that is durable. */
  void writeDurably(long position, MemorySegment source) {
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
        done += LinuxCalls.check(descriptor.name(), SystemCall.PWRITEV2, n);
      }
    }
    if (done < source.byteSize()) {
      writeNative(position + done, done == 0 ? source : source.asSlice(done));
      descriptor.dataSync();
    }
  }
}
