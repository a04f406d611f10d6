package io.holdfast.pool;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Another medium, with a hook before each call that changes something or takes a lock. */
class WrappedMedium extends Medium {
  private final Medium medium;

  WrappedMedium(Medium medium) {
    this.medium = medium;
  }

  /** A medium without unnamed files. */
  static WrappedMedium namedOnly(Medium medium) {
    return new WrappedMedium(medium) {
      @Override
      public PmemFile createUnnamed(Path folder) {
        throw new UnsupportedOperationException("no unnamed files in " + folder);
      }
    };
  }

  /** Called before a call reaches the wrapped medium, which it does not if this throws. */
  void before(String call) {}

  @Override
  public PmemFile open(Path path, FileAccess access) {
    return new WrappedFile(medium.open(path, access));
  }

  @Override
  public PmemFile create(Path path) {
    before("create");
    return new WrappedFile(medium.create(path));
  }

  @Override
  public PmemFile createUnnamed(Path folder) {
    before("createUnnamed");
    return new WrappedFile(medium.createUnnamed(folder));
  }

  @Override
  public PmemMap map(PmemSource source, MapConfig config) {
    return medium.map(source, config);
  }

  @Override
  public void rename(Path from, Path to) {
    before("rename");
    medium.rename(from, to);
  }

  @Override
  public void delete(Path path) {
    before("delete");
    medium.delete(path);
  }

  @Override
  public void syncFolder(Path folder) {
    before("syncFolder");
    medium.syncFolder(folder);
  }

  private final class WrappedFile extends PmemFile {
    private final PmemFile file;

    private WrappedFile(PmemFile file) {
      this.file = file;
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
      before("write");
      file.write(position, source);
    }

    @Override
    public void writeDurably(long position, MemorySegment source) {
      before("writeDurably");
      file.writeDurably(position, source);
    }

    @Override
    public void sync() {
      before("sync");
      file.sync();
    }

    @Override
    public void allocate(long position, long length) {
      before("allocate");
      file.allocate(position, length);
    }

    @Override
    public void truncate(long length) {
      before("truncate");
      file.truncate(length);
    }

    @Override
    public boolean tryLock() {
      before("tryLock");
      return file.tryLock();
    }

    @Override
    public void publish(Path path) {
      before("publish");
      file.publish(path);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
