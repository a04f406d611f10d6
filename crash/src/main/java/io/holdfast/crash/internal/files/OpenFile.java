package io.holdfast.crash.internal.files;

import io.holdfast.pmem.PmemFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An open file, as channels of all kinds use it: at positions, from and to buffers. May be shared
 * between threads.
 */
final class OpenFile {
  private final MediumFiles files;
  private final PmemFile file;
  private final OpenFlags flags;
  private final String path;

  OpenFile(MediumFiles files, PmemFile file, OpenFlags flags, String path) {
    this.files = files;
    this.file = file;
    this.flags = flags;
    this.path = path;
  }

  OpenFlags flags() {
    return flags;
  }

  LockTable locks() {
    return files.locks();
  }

  int number() {
    return files.calls().nodeOf(file).number();
  }

  long size() throws IOException {
    return Failures.onOpenFile(file::size);
  }

  /** {@return how many bytes were read; -1 at or beyond the end} */
  int read(ByteBuffer target, long position) throws IOException {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    int read =
        (int) (long) Failures.onOpenFile(() -> file.read(position, MemorySegment.ofBuffer(target)));
    target.position(target.position() + read);
    return read == 0 ? -1 : read;
  }

  /** {@return how many bytes were written: all} */
  int write(ByteBuffer source, long position) throws IOException {
    int length = source.remaining();
    MemorySegment bytes = MemorySegment.ofBuffer(source);
    Failures.onOpenFile(
        () -> {
          if (flags.isDurable()) {
            file.writeDurably(position, bytes);
          } else {
            file.write(position, bytes);
          }
          return length;
        });
    source.position(source.limit());
    return length;
  }

  /** {@return how many bytes were written, all, where the file ended} */
  int append(ByteBuffer source) throws IOException {
    // One at a time: what two append at once must not come to lie on the same place.
    synchronized (files.appending()) {
      return write(source, size());
    }
  }

  void truncate(long size) throws IOException {
    Failures.onOpenFile(
        () -> {
          if (size < file.size()) {
            file.truncate(size);
          }
          return size;
        });
  }

  /** Makes the file longer, with zeroes. */
  void grow(long size) throws IOException {
    Failures.onOpenFile(
        () -> {
          file.truncate(size);
          return size;
        });
  }

  void sync() throws IOException {
    Failures.onOpenFile(
        () -> {
          file.sync();
          return path;
        });
  }

  /** {@return the bytes as they are now and will be; only for reading} */
  MemorySegment view(long position, long length) {
    return files.calls().memory(file, position, length).asReadOnly();
  }

  void close() throws IOException {
    file.close();
  }
}
