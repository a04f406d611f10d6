package io.holdfast.heap.internal;

import io.holdfast.pmem.PmemFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A file that passes every call on, and can be told to do something before the next write. */
final class InterposedFile extends PmemFile {
  private final PmemFile file;
  private Runnable beforeWrite = () -> {};
  private int syncs;

  InterposedFile(PmemFile file) {
    this.file = file;
  }

  /** Runs {@code action} once, before the next write. */
  void beforeNextWrite(Runnable action) {
    beforeWrite =
        () -> {
          beforeWrite = () -> {};
          action.run();
        };
  }

  /** {@return how many calls have made something durable} */
  int syncs() {
    return syncs;
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public long read(long position, MemorySegment destination) {
    return file.read(position, destination);
  }

  @Override
  public void write(long position, MemorySegment source) {
    beforeWrite.run();
    file.write(position, source);
  }

  @Override
  public void writeDurably(long position, MemorySegment source) {
    beforeWrite.run();
    syncs++;
    file.writeDurably(position, source);
  }

  @Override
  public void sync() {
    syncs++;
    file.sync();
  }

  @Override
  public void allocate(long position, long length) {
    file.allocate(position, length);
  }

  @Override
  public void truncate(long length) {
    file.truncate(length);
  }

  @Override
  public boolean tryLock() {
    return file.tryLock();
  }

  @Override
  public void publish(Path path) {
    file.publish(path);
  }

  @Override
  public void close() {
    file.close();
  }
}
