package io.holdfast.crash.internal.medium;

import io.holdfast.crash.Operation;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of a simulated medium. Stores happen under the medium's lock, so that their order is
 * the recorded one; reads go straight to memory.
 */
final class SimulatedMap extends PmemMap {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ALIGNED_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final int NO_DRAIN = CopyMode.NO_DRAIN.flags();
  private static final int NO_FLUSH = CopyMode.NO_FLUSH.flags();
  private static final int NON_TEMPORAL = CopyMode.PERSIST.nonTemporal().flags();
  private static final int WRITE_COMBINING = CopyMode.PERSIST.writeCombining().flags();
  private static final int THROUGH_CACHES = CopyMode.PERSIST.temporal().writeBack().flags();

  /** From these lengths on a copy goes past the caches if it may choose, as on the real medium. */
  private static final long NON_TEMPORAL_THRESHOLD = 256;

  private static final long FENCED_NON_TEMPORAL_THRESHOLD = 8;

  private final Simulation medium;
  private final String name;
  private final Inode inode;
  private final @Nullable PrivateView privateView;
  private final Window window;
  private final Granularity granularity;
  private final MapConfig config;
  private final long reserved;

  /** Where offset 0 of the mapping is in the window. */
  private final long base;

  private volatile long size;
  private volatile MemorySegment segment;
  private volatile boolean closed;

  /**
   * Maps {@code size} bytes of a file.
   *
   * @param privateView what the mapping shows if it is private, {@code null} if it is shared
   */
  SimulatedMap(
      Simulation medium,
      String name,
      Inode inode,
      @Nullable PrivateView privateView,
      Granularity granularity,
      MapConfig config,
      long size) {
    this.medium = medium;
    this.name = name;
    this.inode = inode;
    this.privateView = privateView;
    this.window = privateView == null ? inode.window() : privateView.window();
    this.base = privateView == null ? config.offset() : 0;
    this.granularity = granularity;
    this.config = config;
    this.reserved = MapBounds.roundUp(Math.max(size, config.reserve()));
    this.size = size;
    this.segment = MemorySegment.NULL;
    window.reserve(base + size);
    show();
  }

  private void show() {
    MemorySegment shown = window.memory().asSlice(base, size);
    segment = config.protection().allowsStores() ? shown : shown.asReadOnly();
  }

  @Override
  public Granularity granularity() {
    checkOpen();
    return granularity;
  }

  @Override
  public long size() {
    checkOpen();
    return size;
  }

  @Override
  public MemorySegment segment() {
    synchronized (medium.lock()) {
      checkOpen();
      if (config.protection().allowsStores()) {
        medium.handOut(window, privateView == null ? inode : null, base, size);
      }
      return segment;
    }
  }

  @Override
  public void grow(long newSize) {
    synchronized (medium.lock()) {
      checkOpen();
      if (newSize < size || newSize > reserved) {
        throw new MapException(
            Reason.LENGTH_OUT_OF_RANGE,
            "%s: new size %d is not in %d to %d".formatted(name, newSize, size, reserved));
      }
      if (newSize == size) {
        return;
      }
      if (newSize % Window.PAGE_BYTES != 0) {
        throw new MapException(
            Reason.LENGTH_UNALIGNED,
            "%s: new size %d is not a multiple of %d".formatted(name, newSize, Window.PAGE_BYTES));
      }
      long available = inode.size() - config.offset();
      if (newSize > available) {
        throw new MapException(
            Reason.MAP_RANGE,
            "%s: new size %d exceeds the file's %d".formatted(name, newSize, available));
      }
      if (privateView != null) {
        privateView.grow(newSize);
      }
      window.reserve(base + newSize);
      size = newSize;
      show();
    }
  }

  @Override
  public byte getByte(long offset) {
    medium.takeTurn(Turns.Step.READ);
    return memory(offset, Byte.BYTES).get(ValueLayout.JAVA_BYTE, base + offset);
  }

  @Override
  public short getShort(long offset) {
    medium.takeTurn(Turns.Step.READ);
    return memory(offset, Short.BYTES).get(SHORT, base + offset);
  }

  @Override
  public int getInt(long offset) {
    medium.takeTurn(Turns.Step.READ);
    return memory(offset, Integer.BYTES).get(INT, base + offset);
  }

  @Override
  public long getLong(long offset) {
    medium.takeTurn(Turns.Step.READ);
    return memory(offset, Long.BYTES).get(LONG, base + offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    checkAligned(offset);
    medium.takeTurn(Turns.Step.ACQUIRING_READ);
    return (long) ALIGNED_LONG.getAcquire(memory(offset, Long.BYTES), base + offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    synchronized (medium.lock()) {
      writable(offset, Byte.BYTES).set(ValueLayout.JAVA_BYTE, base + offset, value);
      stored(offset, Byte.BYTES, Event.StoreKind.PLAIN);
    }
  }

  @Override
  public void putShort(long offset, short value) {
    synchronized (medium.lock()) {
      writable(offset, Short.BYTES).set(SHORT, base + offset, value);
      stored(offset, Short.BYTES, Event.StoreKind.PLAIN);
    }
  }

  @Override
  public void putInt(long offset, int value) {
    synchronized (medium.lock()) {
      writable(offset, Integer.BYTES).set(INT, base + offset, value);
      stored(offset, Integer.BYTES, Event.StoreKind.PLAIN);
    }
  }

  @Override
  public void putLong(long offset, long value) {
    synchronized (medium.lock()) {
      writable(offset, Long.BYTES).set(LONG, base + offset, value);
      stored(offset, Long.BYTES, Event.StoreKind.PLAIN);
    }
  }

  @Override
  public void putLongRelease(long offset, long value) {
    var _ = update(offset, value, (_, stored) -> stored);
  }

  @Override
  public void andLong(long offset, long mask) {
    var _ = update(offset, mask, (old, bits) -> old & bits);
  }

  @Override
  public void orLong(long offset, long mask) {
    var _ = update(offset, mask, (old, bits) -> old | bits);
  }

  @Override
  public long getAndAddLong(long offset, long delta) {
    return update(offset, delta, Long::sum);
  }

  @Override
  public long compareAndExchangeLong(long offset, long expected, long value) {
    synchronized (medium.lock()) {
      checkAligned(offset);
      long old = writable(offset, Long.BYTES).get(LONG, base + offset);
      return old == expected ? update(offset, value, (_, stored) -> stored) : old;
    }
  }

  /** Stores what {@code operator} makes of the value and the operand; {@return the value before} */
  private long update(long offset, long operand, LongBinaryOperator operator) {
    synchronized (medium.lock()) {
      checkAligned(offset);
      MemorySegment memory = writable(offset, Long.BYTES);
      long old = memory.get(LONG, base + offset);
      ALIGNED_LONG.setRelease(memory, base + offset, operator.applyAsLong(old, operand));
      stored(offset, Long.BYTES, Event.StoreKind.ORDERED);
      return old;
    }
  }

  @Override
  public void read(long offset, MemorySegment destination, long destinationOffset, long length) {
    medium.takeTurn(Turns.Step.READ);
    MemorySegment.copy(
        memory(offset, length), base + offset, destination, destinationOffset, length);
  }

  @Override
  public void copy(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
    synchronized (medium.lock()) {
      MemorySegment memory = writable(offset, length);
      MemorySegment.copy(source, sourceOffset, memory, base + offset, length);
      storedBy(mode, offset, length);
    }
    finish(offset, length, mode);
  }

  @Override
  public void move(long offset, long sourceOffset, long length, CopyMode mode) {
    synchronized (medium.lock()) {
      checkRange(sourceOffset, length);
      MemorySegment memory = writable(offset, length);
      MemorySegment.copy(memory, base + sourceOffset, memory, base + offset, length);
      storedBy(mode, offset, length);
    }
    finish(offset, length, mode);
  }

  @Override
  public void fill(long offset, long length, byte value, CopyMode mode) {
    synchronized (medium.lock()) {
      writable(offset, length).asSlice(base + offset, length).fill(value);
      storedBy(mode, offset, length);
    }
    finish(offset, length, mode);
  }

  /** Records a copy of that mode. */
  private void storedBy(CopyMode mode, long offset, long length) {
    if (length > 0) {
      stored(
          offset,
          length,
          isPastCaches(mode, length) ? Event.StoreKind.NON_TEMPORAL : Event.StoreKind.PLAIN);
    }
  }

  /**
   * Does the flush and the fence that belong to a copy of that mode: other threads may come
   * between.
   */
  private void finish(long offset, long length, CopyMode mode) {
    int flags = mode.flags();
    if (length == 0 || (flags & NO_FLUSH) != 0) {
      return;
    }
    if (!isPastCaches(mode, length)) {
      flush(offset, length);
    }
    if ((flags & NO_DRAIN) == 0) {
      drain();
    }
  }

  private boolean isPastCaches(CopyMode mode, long length) {
    int flags = mode.flags();
    return (flags & NO_FLUSH) == 0
        && granularity != Granularity.PAGE
        && isPastCaches(flags, length);
  }

  /**
   * The real medium's choice; where caches are flushed by the platform, only who asks for it gets
   * it.
   */
  private boolean isPastCaches(int flags, long length) {
    if ((flags & NON_TEMPORAL) != 0) {
      return true;
    }
    long least = (flags & NO_DRAIN) == 0 ? FENCED_NON_TEMPORAL_THRESHOLD : NON_TEMPORAL_THRESHOLD;
    return granularity == Granularity.CACHE_LINE
        && ((flags & WRITE_COMBINING) != 0 || ((flags & THROUGH_CACHES) == 0 && length >= least));
  }

  private void stored(long offset, long length, Event.StoreKind kind) {
    long position = base + offset;
    window.changed(position, length);
    if (privateView != null) {
      privateView.touch(position, length);
      return;
    }
    inode.changed(position, length);
    if (medium.isRecording()) {
      byte[] bytes = new byte[Math.toIntExact(length)];
      MemorySegment.copy(window.memory(), ValueLayout.JAVA_BYTE, position, bytes, 0, bytes.length);
      medium.record(origin -> new Event.Store(origin, inode.number(), position, bytes, kind));
    }
  }

  @Override
  public void flush(long offset, long length) {
    synchronized (medium.lock()) {
      checkRange(offset, length);
      if (privateView != null || granularity == Granularity.BYTE || length == 0) {
        return;
      }
      long position = base + offset;
      if (granularity == Granularity.PAGE && medium.faults().strikes(Operation.FLUSH)) {
        medium.record(origin -> new Event.SyncFailed(origin, inode.number(), position, length));
        throw Faults.ioError(Operation.FLUSH, name);
      }
      medium.record(origin -> new Event.Flush(origin, inode.number(), position, length));
    }
  }

  @Override
  public void drain() {
    synchronized (medium.lock()) {
      checkOpen();
      if (privateView == null && granularity != Granularity.PAGE) {
        medium.record(Event.Fence::new);
      }
    }
  }

  @Override
  public void deepFlush(long offset, long length) {
    synchronized (medium.lock()) {
      checkRange(offset, length);
      if (privateView != null) {
        throw new MapException(
            Reason.NOT_SUPPORTED, "%s: private memory has nowhere to be flushed".formatted(name));
      }
      if (length > 0) {
        medium.record(origin -> new Event.DeepFlush(origin, inode.number(), base + offset, length));
      }
    }
  }

  @Override
  public void close() {
    synchronized (medium.lockAtOnce()) {
      if (!closed && privateView != null) {
        privateView.findStores();
        inode.remove(privateView);
      }
      closed = true;
    }
  }

  private MemorySegment memory(long offset, long length) {
    checkRange(offset, length);
    return window.memory();
  }

  @Override
  protected void checkStore(long offset, long length) {
    synchronized (medium.lockAtOnce()) {
      var _ = writable(offset, length);
    }
  }

  private MemorySegment writable(long offset, long length) {
    if (!config.protection().allowsStores()) {
      throw new IllegalArgumentException("%s is mapped for reading only".formatted(name));
    }
    MemorySegment memory = memory(offset, length);
    medium.findStores();
    return memory;
  }

  private void checkRange(long offset, long length) {
    checkOpen();
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IndexOutOfBoundsException(
          "%s: offset %d + %d exceeds size %d".formatted(name, offset, length, size));
    }
    if (length > 0 && config.offset() + offset + length > MapBounds.roundUp(inode.size())) {
      throw new MediaErrorException(
          "%s: offset %d + %d lies beyond the end of the file, cut to %d bytes"
              .formatted(name, offset, length, inode.size()),
          null);
    }
  }

  private static void checkAligned(long offset) {
    if (offset % Long.BYTES != 0) {
      throw new IllegalArgumentException("offset %d is not a multiple of 8".formatted(offset));
    }
  }

  private void checkOpen() {
    medium.checkInUse();
    if (closed) {
      throw new IllegalStateException("the mapping of %s is closed".formatted(name));
    }
  }
}
