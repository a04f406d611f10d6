package io.holdfast.pmem;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A file that no medium knows. */
final class ForeignFile extends PmemFile {
  @Override
  public Path path() {
    return Path.of("foreign");
  }

  @Override
  public long size() {
    throw new AssertionError("size");
  }

  @Override
  public long read(long position, MemorySegment destination) {
    throw new AssertionError("read");
  }

  @Override
  public void write(long position, MemorySegment source) {
    throw new AssertionError("write");
  }

  @Override
  public void writeDurably(long position, MemorySegment source) {
    throw new AssertionError("writeDurably");
  }

  @Override
  public void sync() {
    throw new AssertionError("sync");
  }

  @Override
  public void allocate(long position, long length) {
    throw new AssertionError("allocate");
  }

  @Override
  public void truncate(long length) {
    throw new AssertionError("truncate");
  }

  @Override
  public boolean tryLock() {
    throw new AssertionError("tryLock");
  }

  @Override
  public void publish(Path path) {
    throw new AssertionError("publish");
  }

  @Override
  public void close() {}
}
