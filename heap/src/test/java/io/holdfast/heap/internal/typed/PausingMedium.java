package io.holdfast.heap.internal.typed;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Another medium, on which something happens just before a read of many bytes: what a race could
 * do, made certain.
 */
final class PausingMedium extends Medium {
  private final Medium medium;
  private Runnable beforeRead = () -> {};

  PausingMedium(Medium medium) {
    this.medium = medium;
  }

  /** Has {@code action} run once, in the next read. */
  void beforeNextRead(Runnable action) {
    beforeRead = action;
  }

  private void pause() {
    Runnable action = beforeRead;
    beforeRead = () -> {};
    action.run();
  }

  @Override
  public PmemFile open(Path path, FileAccess access) {
    return medium.open(path, access);
  }

  @Override
  public PmemFile create(Path path) {
    return medium.create(path);
  }

  @Override
  public PmemFile createUnnamed(Path folder) {
    return medium.createUnnamed(folder);
  }

  @Override
  public PmemMap map(PmemSource source, MapConfig config) {
    return new PausingMap(medium.map(source, config));
  }

  @Override
  public void rename(Path from, Path to) {
    medium.rename(from, to);
  }

  @Override
  public void delete(Path path) {
    medium.delete(path);
  }

  @Override
  public void syncFolder(Path folder) {
    medium.syncFolder(folder);
  }

  private final class PausingMap extends PmemMap {
    private final PmemMap map;

    PausingMap(PmemMap map) {
      this.map = map;
    }

    @Override
    public void read(long offset, MemorySegment destination, long destinationOffset, long length) {
      pause();
      map.read(offset, destination, destinationOffset, length);
    }

    @Override
    public Granularity granularity() {
      return map.granularity();
    }

    @Override
    public long size() {
      return map.size();
    }

    @Override
    public MemorySegment segment() {
      return map.segment();
    }

    @Override
    public void grow(long newSize) {
      map.grow(newSize);
    }

    @Override
    public byte getByte(long offset) {
      return map.getByte(offset);
    }

    @Override
    public short getShort(long offset) {
      return map.getShort(offset);
    }

    @Override
    public int getInt(long offset) {
      return map.getInt(offset);
    }

    @Override
    public long getLong(long offset) {
      return map.getLong(offset);
    }

    @Override
    public long getLongAcquire(long offset) {
      return map.getLongAcquire(offset);
    }

    @Override
    public void putByte(long offset, byte value) {
      map.putByte(offset, value);
    }

    @Override
    public void putShort(long offset, short value) {
      map.putShort(offset, value);
    }

    @Override
    public void putInt(long offset, int value) {
      map.putInt(offset, value);
    }

    @Override
    public void putLong(long offset, long value) {
      map.putLong(offset, value);
    }

    @Override
    public void putLongRelease(long offset, long value) {
      map.putLongRelease(offset, value);
    }

    @Override
    public void andLong(long offset, long mask) {
      map.andLong(offset, mask);
    }

    @Override
    public void orLong(long offset, long mask) {
      map.orLong(offset, mask);
    }

    @Override
    public long getAndAddLong(long offset, long delta) {
      return map.getAndAddLong(offset, delta);
    }

    @Override
    public long compareAndExchangeLong(long offset, long expected, long value) {
      return map.compareAndExchangeLong(offset, expected, value);
    }

    @Override
    public void copy(
        long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
      map.copy(offset, source, sourceOffset, length, mode);
    }

    @Override
    public void move(long offset, long sourceOffset, long length, CopyMode mode) {
      map.move(offset, sourceOffset, length, mode);
    }

    @Override
    public void fill(long offset, long length, byte value, CopyMode mode) {
      map.fill(offset, length, value, mode);
    }

    @Override
    public void flush(long offset, long length) {
      map.flush(offset, length);
    }

    @Override
    public void drain() {
      map.drain();
    }

    @Override
    public void deepFlush(long offset, long length) {
      map.deepFlush(offset, length);
    }

    @Override
    public void close() {
      map.close();
    }
  }
}
