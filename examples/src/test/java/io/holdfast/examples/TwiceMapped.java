package io.holdfast.examples;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * A simulated mapping as if it were mapped twice in a row, and one that can let another process act
 * between a store and its flush. What {@link SharedRing} does not use is not there.
 */
final class TwiceMapped extends PmemMap {
  private final PmemMap map;
  private final long size;
  private final int times;
  private final LongConsumer beforePersist;

  /**
   * Shows a part of a mapping.
   *
   * @param size how many bytes of it
   * @param times how often in a row
   * @param beforePersist is told the offset of what will be made durable next
   */
  TwiceMapped(PmemMap map, long size, int times, LongConsumer beforePersist) {
    this.map = map;
    this.size = size;
    this.times = times;
    this.beforePersist = beforePersist;
  }

  /** Does something with one piece of a range that may run over the end. */
  private interface Piece {
    void at(long offset, long done, long length);
  }

  private void pieces(long offset, long length, Piece piece) {
    for (long done = 0; done < length; ) {
      long at = (offset + done) % size;
      long most = Math.min(length - done, size - at);
      piece.at(at, done, most);
      done += most;
    }
  }

  @Override
  public Granularity granularity() {
    return map.granularity();
  }

  @Override
  public long size() {
    return size * times;
  }

  @Override
  public long getLong(long offset) {
    return map.getLong(offset % size);
  }

  @Override
  public long getLongAcquire(long offset) {
    return map.getLongAcquire(offset % size);
  }

  @Override
  public void putLong(long offset, long value) {
    map.putLong(offset % size, value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    map.putLongRelease(offset % size, value);
  }

  @Override
  public void read(long offset, MemorySegment destination, long destinationOffset, long length) {
    pieces(
        offset,
        length,
        (at, done, most) -> map.read(at, destination, destinationOffset + done, most));
  }

  @Override
  public void copy(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
    pieces(
        offset, length, (at, done, most) -> map.copy(at, source, sourceOffset + done, most, mode));
  }

  @Override
  public void flush(long offset, long length) {
    beforePersist.accept(offset);
    pieces(offset, length, (at, _, most) -> map.flush(at, most));
  }

  @Override
  public void drain() {
    map.drain();
  }

  @Override
  public void close() {
    map.close();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("the ring does not use it");
  }

  @Override
  public MemorySegment segment() {
    throw unused();
  }

  @Override
  public void grow(long newSize) {
    throw unused();
  }

  @Override
  public byte getByte(long offset) {
    throw unused();
  }

  @Override
  public short getShort(long offset) {
    throw unused();
  }

  @Override
  public int getInt(long offset) {
    throw unused();
  }

  @Override
  public void putByte(long offset, byte value) {
    throw unused();
  }

  @Override
  public void putShort(long offset, short value) {
    throw unused();
  }

  @Override
  public void putInt(long offset, int value) {
    throw unused();
  }

  @Override
  public void andLong(long offset, long mask) {
    throw unused();
  }

  @Override
  public void orLong(long offset, long mask) {
    throw unused();
  }

  @Override
  public long getAndAddLong(long offset, long delta) {
    throw unused();
  }

  @Override
  public long compareAndExchangeLong(long offset, long expected, long value) {
    throw unused();
  }

  @Override
  public void move(long offset, long sourceOffset, long length, CopyMode mode) {
    throw unused();
  }

  @Override
  public void fill(long offset, long length, byte value, CopyMode mode) {
    throw unused();
  }

  @Override
  public void deepFlush(long offset, long length) {
    throw unused();
  }
}
