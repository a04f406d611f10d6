package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.holdfast.pmem.PmemMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The part of {@link MappedPmem} that Java code does alone: typed loads and stores, through one
 * segment, and the checks of ranges.
 */
abstract class MappedView extends PmemMap {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ALIGNED_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** What the mapping may be used for. */
  enum Access {
    NONE,
    READ,
    READ_WRITE
  }

  final String name;
  final Mapping mapping;
  final long address;
  final Arena arena = Arena.ofShared();
  private final Access access;

  /** Replaced by a larger one when the mapping grows. */
  MemorySegment segment;

  long size;
  volatile boolean closed;

  MappedView(Mapping mapping, long size, Access access) {
    this.name = mapping.name();
    this.mapping = mapping;
    this.address = mapping.address();
    this.access = access;
    this.size = size;
    this.segment =
        mapping instanceof ExistingMapping existing ? existing.memory() : segment(size, arena);
  }

  /** {@return the memory, to be used as long as {@code owner} is open} */
  @SuppressWarnings("restricted")
  final MemorySegment segment(long byteSize, Arena owner) {
    long accessible = access == Access.NONE ? 0 : byteSize;
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(accessible, owner, null);
    return access == Access.READ_WRITE ? memory : memory.asReadOnly();
  }

  final Access access() {
    return access;
  }

  @Override
  public final long size() {
    checkOpen();
    return size;
  }

  @Override
  public final MemorySegment segment() {
    checkOpen();
    return segment;
  }

  @Override
  public final byte getByte(long offset) {
    return segment.get(JAVA_BYTE, offset);
  }

  @Override
  public final short getShort(long offset) {
    return segment.get(SHORT, offset);
  }

  @Override
  public final int getInt(long offset) {
    return segment.get(INT, offset);
  }

  @Override
  public final long getLong(long offset) {
    return segment.get(LONG, offset);
  }

  @Override
  public final long getLongAcquire(long offset) {
    checkAligned(offset);
    return (long) ALIGNED_LONG.getAcquire(segment, offset);
  }

  @Override
  public final void putByte(long offset, byte value) {
    segment.set(JAVA_BYTE, offset, value);
  }

  @Override
  public final void putShort(long offset, short value) {
    segment.set(SHORT, offset, value);
  }

  @Override
  public final void putInt(long offset, int value) {
    segment.set(INT, offset, value);
  }

  @Override
  public final void putLong(long offset, long value) {
    segment.set(LONG, offset, value);
  }

  @Override
  public final void putLongRelease(long offset, long value) {
    checkAligned(offset);
    ALIGNED_LONG.setRelease(segment, offset, value);
  }

  @Override
  public final void andLong(long offset, long mask) {
    checkAligned(offset);
    var _ = (long) ALIGNED_LONG.getAndBitwiseAnd(segment, offset, mask);
  }

  @Override
  public final void orLong(long offset, long mask) {
    checkAligned(offset);
    var _ = (long) ALIGNED_LONG.getAndBitwiseOr(segment, offset, mask);
  }

  @Override
  public final long getAndAddLong(long offset, long delta) {
    checkAligned(offset);
    return (long) ALIGNED_LONG.getAndAdd(segment, offset, delta);
  }

  @Override
  public final long compareAndExchangeLong(long offset, long expected, long value) {
    checkAligned(offset);
    return (long) ALIGNED_LONG.compareAndExchange(segment, offset, expected, value);
  }

  final void checkOpen() {
    if (closed) {
      throw new IllegalStateException(name + ": closed");
    }
  }

  final void checkRange(long offset, long length) {
    checkOpen();
    if ((offset | length) < 0 || length > size - offset) {
      throw new IndexOutOfBoundsException(
          name + ": offset " + offset + " + " + length + " exceeds size " + size);
    }
  }

  @Override
  protected final void checkStore(long offset, long length) {
    checkRange(offset, length);
    if (access != Access.READ_WRITE) {
      throw new IllegalArgumentException(name + ": not mapped for stores");
    }
  }

  final void checkAligned(long offset) {
    if ((offset & 7) != 0) {
      throw new IllegalArgumentException(name + ": offset " + offset + " is not a multiple of 8");
    }
  }

  @Override
  public final String toString() {
    return name;
  }
}
