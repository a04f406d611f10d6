package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the operating system's.
 *
 * <p>Java code reaches the memory through one segment in a shared arena, so that an access after
 * {@link #close} throws and one at the same time is finished before. Machine code gets plain
 * addresses, and may get them just before the mapping is closed. Therefore closing puts ordinary
 * memory in the mapping's place, where a late flush or copy finds nothing to break, and frees the
 * addresses only when this object is unreachable; after its routine every method looks once more
 * whether the mapping is open, so that nothing done too late is ever acknowledged. (Memory without
 * access in the mapping's place would be no safer: to flush it faults, and the fault would be in
 * machine code.)
 *
 * <p>Machine code never reads persistent memory and never touches a page first; see {@link
 * TouchedPages}.
 */
final class MappedPmem extends PmemMap {
  private static final Cleaner CLEANER = Cleaner.create();

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ALIGNED_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final @Nullable CpuRoutines ROUTINES = Cpu.CURRENT.routines().orElse(null);
  private static final CopyRules COPY_RULES = CopyRules.of(Cpu.SETTINGS);

  private static final long WORD_OF_BYTE = 0x0101_0101_0101_0101L;
  private static final long LINE = 64;

  /** More than this would drive from the cache what was brought there first. */
  private static final long PREFETCHED_BYTES = 4096;

  /** Who makes a store durable. */
  enum Domain {
    /** The caller, by flushing cache lines. */
    CPU,
    /** The kernel, by synchronising pages. */
    KERNEL,
    /** Nobody: the memory is private. */
    NONE
  }

  private final String name;
  private final Mapping mapping;
  private final Granularity granularity;
  private final Domain domain;
  private final CopyRules.Caches caches;
  private final boolean writable;
  private final Arena arena = Arena.ofShared();
  private final TouchedPages touched;
  private final long address;

  /** Replaced by a larger one when the mapping grows. */
  private MemorySegment segment;

  private long size;
  private volatile boolean closed;

  /** Takes over the mapping. */
  MappedPmem(Mapping mapping, long size, Granularity granularity, Domain domain, Access access) {
    this.name = mapping.name();
    this.mapping = mapping;
    this.granularity = granularity;
    this.domain = domain;
    this.writable = access == Access.READ_WRITE;
    this.caches =
        Cpu.SETTINGS.noFlush().orElse(granularity == Granularity.BYTE)
            ? CopyRules.Caches.FLUSHED_BY_PLATFORM
            : CopyRules.Caches.LOST;
    this.address = mapping.address();
    this.touched = new TouchedPages(name, mapping.reserved(), arena);
    this.size = size;
    this.segment = segment(size);
    MappedRanges.add(mapping.range(), this);
  }

  /** What the mapping may be used for. */
  enum Access {
    READ,
    READ_WRITE
  }

  @SuppressWarnings("restricted")
  private MemorySegment segment(long byteSize) {
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(byteSize, arena, null);
    return writable ? memory : memory.asReadOnly();
  }

  private static CpuRoutines routines() {
    return Objects.requireNonNull(ROUTINES);
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
    checkOpen();
    return segment;
  }

  @Override
  public synchronized void grow(long newSize) {
    checkOpen();
    if (newSize < size || newSize > mapping.reserved()) {
      throw new MapException(
          Reason.LENGTH_OUT_OF_RANGE,
          name + ": new size " + newSize + " is not in " + size + " to " + mapping.reserved());
    }
    if (newSize == size) {
      return;
    }
    if ((newSize & (AuxiliaryVector.PAGE_BYTES - 1)) != 0) {
      throw new MapException(
          Reason.LENGTH_UNALIGNED,
          name + ": new size " + newSize + " is not a multiple of " + AuxiliaryVector.PAGE_BYTES);
    }
    long available = mapping.available(size);
    if (newSize > available) {
      throw new MapException(
          Reason.MAP_RANGE, name + ": new size " + newSize + " exceeds the file's " + available);
    }
    mapping.extend(size, newSize);
    segment = segment(newSize);
    size = newSize;
  }

  @Override
  public byte getByte(long offset) {
    return segment.get(JAVA_BYTE, offset);
  }

  @Override
  public short getShort(long offset) {
    return segment.get(SHORT, offset);
  }

  @Override
  public int getInt(long offset) {
    return segment.get(INT, offset);
  }

  @Override
  public long getLong(long offset) {
    return segment.get(LONG, offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    checkAligned(offset);
    return (long) ALIGNED_LONG.getAcquire(segment, offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    segment.set(JAVA_BYTE, offset, value);
  }

  @Override
  public void putShort(long offset, short value) {
    segment.set(SHORT, offset, value);
  }

  @Override
  public void putInt(long offset, int value) {
    segment.set(INT, offset, value);
  }

  @Override
  public void putLong(long offset, long value) {
    segment.set(LONG, offset, value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    checkAligned(offset);
    ALIGNED_LONG.setRelease(segment, offset, value);
  }

  @Override
  public void andLong(long offset, long mask) {
    checkAligned(offset);
    var _ = (long) ALIGNED_LONG.getAndBitwiseAnd(segment, offset, mask);
  }

  @Override
  public void orLong(long offset, long mask) {
    checkAligned(offset);
    var _ = (long) ALIGNED_LONG.getAndBitwiseOr(segment, offset, mask);
  }

  @Override
  public long getAndAddLong(long offset, long delta) {
    checkAligned(offset);
    return (long) ALIGNED_LONG.getAndAdd(segment, offset, delta);
  }

  @Override
  public long compareAndExchangeLong(long offset, long expected, long value) {
    checkAligned(offset);
    return (long) ALIGNED_LONG.compareAndExchange(segment, offset, expected, value);
  }

  @Override
  public void checkFaults() {
    try {
      PendingFault.deliver();
    } catch (InternalError e) {
      throw mediaError(e);
    }
  }

  @Override
  public void read(long offset, MemorySegment destination, long destinationOffset, long length) {
    try {
      MemorySegment.copy(segment, offset, destination, destinationOffset, length);
      if (length >= AuxiliaryVector.PAGE_BYTES) {
        PendingFault.deliver();
      }
    } catch (InternalError e) {
      throw mediaError(offset, length, e);
    }
  }

  @Override
  public void copy(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
    checkStore(offset, length);
    Objects.checkFromIndexSize(sourceOffset, length, source.byteSize());
    if (length == 0) {
      finish(mode);
    } else if (domain != Domain.CPU) {
      WordCopy.copy(source, sourceOffset, segment, offset, length);
      synchroniseUnlessAsked(offset, length, mode);
    } else if (source.isMapped() || MappedRanges.intersect(source, sourceOffset, length)) {
      copyThroughBuffer(offset, source, sourceOffset, length, mode);
    } else {
      touch(offset, length);
      copyPieces(
          offset, source, sourceOffset, length, COPY_RULES.decide(mode.flags(), length, caches));
      checkOpen();
    }
  }

  /** Copies what may not fault to touched pages. */
  private void copyPieces(
      long offset, MemorySegment source, long sourceOffset, long length, int bits) {
    long done = 0;
    while (length - done > CpuRoutines.PIECE_BYTES) {
      long piece = CpuRoutines.PIECE_BYTES - ((offset + done) & (LINE - 1));
      copyPiece(offset + done, source, sourceOffset + done, piece, bits & ~CpuRoutines.FENCE);
      done += piece;
    }
    copyPiece(offset + done, source, sourceOffset + done, length - done, bits);
  }

  private void copyPiece(
      long offset, MemorySegment source, long sourceOffset, long length, int bits) {
    if ((bits & CopyRules.PAST_CACHES) != 0) {
      routines().copyPastCaches(address + offset, source, sourceOffset, length, bits);
    } else {
      routines().copy(address + offset, source, sourceOffset, length, bits);
    }
  }

  @Override
  public void move(long offset, long sourceOffset, long length, CopyMode mode) {
    checkStore(offset, length);
    checkRange(sourceOffset, length);
    if (length == 0) {
      finish(mode);
      return;
    }
    try {
      if (offset <= sourceOffset || offset >= sourceOffset + length) {
        copyThroughBuffer(offset, segment, sourceOffset, length, mode);
      } else {
        moveBackwards(offset, sourceOffset, length, mode);
      }
    } catch (InternalError e) {
      throw mediaError(sourceOffset, length, e);
    }
  }

  /** Copies from memory that may fault, first bytes first. */
  private void copyThroughBuffer(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
    int bits = COPY_RULES.decide(mode.flags(), length, caches);
    CallContext context = CallContext.take();
    try {
      for (long done = 0; done < length; ) {
        long most = CallContext.BOUNCE_BYTES - ((offset + done) & (LINE - 1));
        long piece = Math.min(most, length - done);
        storeFromBuffer(context.bounce(), offset + done, source, sourceOffset + done, piece, bits);
        done += piece;
      }
    } finally {
      context.release();
    }
    synchroniseUnlessAsked(offset, length, mode);
  }

  private void moveBackwards(long offset, long sourceOffset, long length, CopyMode mode) {
    int bits = COPY_RULES.decide(mode.flags(), length, caches);
    CallContext context = CallContext.take();
    try {
      for (long rest = length; rest > 0; ) {
        long start = Math.max(0, rest - CallContext.BOUNCE_BYTES);
        if (start > 0) {
          start += -(offset + start) & (LINE - 1);
        }
        storeFromBuffer(
            context.bounce(), offset + start, segment, sourceOffset + start, rest - start, bits);
        rest = start;
      }
    } finally {
      context.release();
    }
    synchroniseUnlessAsked(offset, length, mode);
  }

  private void storeFromBuffer(
      MemorySegment buffer,
      long offset,
      MemorySegment source,
      long sourceOffset,
      long length,
      int bits) {
    MemorySegment.copy(source, sourceOffset, buffer, 0, length);
    PendingFault.deliver();
    if (domain == Domain.CPU) {
      touch(offset, length);
      copyPiece(offset, buffer, 0, length, bits & ~CpuRoutines.FENCE);
    } else {
      WordCopy.copy(buffer, 0, segment, offset, length);
    }
  }

  @Override
  public void fill(long offset, long length, byte value, CopyMode mode) {
    checkStore(offset, length);
    if (length == 0) {
      finish(mode);
    } else if (domain != Domain.CPU) {
      WordCopy.fill(segment, offset, length, value);
      synchroniseUnlessAsked(offset, length, mode);
    } else {
      touch(offset, length);
      fillPieces(
          offset,
          (value & 0xFF) * WORD_OF_BYTE,
          length,
          COPY_RULES.decide(mode.flags(), length, caches));
      checkOpen();
    }
  }

  private void fillPieces(long offset, long word, long length, int bits) {
    long done = 0;
    while (length - done > CpuRoutines.PIECE_BYTES) {
      long piece = CpuRoutines.PIECE_BYTES - ((offset + done) & (LINE - 1));
      fillPiece(offset + done, word, piece, bits & ~CpuRoutines.FENCE);
      done += piece;
    }
    fillPiece(offset + done, word, length - done, bits);
  }

  private void fillPiece(long offset, long word, long length, int bits) {
    if ((bits & CopyRules.PAST_CACHES) != 0) {
      routines().fillPastCaches(address + offset, word, length, bits);
    } else {
      routines().fill(address + offset, word, length, bits);
    }
  }

  /** Makes durable what was stored from Java or piece by piece, as far as the mode asks for it. */
  private void synchroniseUnlessAsked(long offset, long length, CopyMode mode) {
    if (domain == Domain.KERNEL && (mode.flags() & CopyMode.NO_FLUSH.flags()) == 0) {
      synchronise(offset, length);
    } else {
      finish(mode);
    }
  }

  private void finish(CopyMode mode) {
    if ((COPY_RULES.decide(mode.flags(), 0, caches) & CpuRoutines.FENCE) != 0) {
      drain();
    } else {
      checkOpen();
    }
  }

  @Override
  public void flush(long offset, long length) {
    checkRange(offset, length);
    if (length == 0) {
      return;
    }
    if (domain == Domain.CPU) {
      if (caches == CopyRules.Caches.LOST) {
        flushLines(offset, length, 0);
      }
    } else if (domain == Domain.KERNEL) {
      synchronise(offset, length);
    }
  }

  @Override
  public void persist(long offset, long length) {
    if (domain == Domain.CPU && caches == CopyRules.Caches.LOST && length != 0) {
      checkRange(offset, length);
      flushLines(offset, length, CpuRoutines.FENCE);
    } else {
      flush(offset, length);
      drain();
    }
  }

  private void flushLines(long offset, long length, int fence) {
    touch(offset, length);
    long done = 0;
    while (length - done > CpuRoutines.PIECE_BYTES) {
      long start = address + offset + done;
      routines().flush(start, start + CpuRoutines.PIECE_BYTES, 0);
      done += CpuRoutines.PIECE_BYTES;
    }
    routines().flush(address + offset + done, address + offset + length, fence);
    checkOpen();
  }

  private void synchronise(long offset, long length) {
    mapping.synchronise(offset, length);
    checkOpen();
  }

  @Override
  public void prefetch(long offset, long length) {
    checkRange(offset, length);
    if (ROUTINES != null) {
      long start = address + offset;
      ROUTINES.prefetch(start, start + Math.min(length, PREFETCHED_BYTES));
    }
  }

  @Override
  public void drain() {
    checkOpen();
    if (domain == Domain.CPU) {
      routines().fence();
      checkOpen();
    }
  }

  @Override
  public void deepFlush(long offset, long length) {
    checkRange(offset, length);
    if (domain == Domain.NONE) {
      throw new UnsupportedOperationException(name + ": private memory has nowhere to be flushed");
    }
    if (length != 0) {
      synchronise(offset, length);
    }
  }

  private void touch(long offset, long length) {
    try {
      touched.touch(segment, offset, length);
    } catch (InternalError e) {
      throw mediaError(offset, length, e);
    }
  }

  @Override
  public MediaErrorException mediaError(InternalError fault) {
    return mediaError(0, size, fault);
  }

  private synchronized MediaErrorException mediaError(
      long offset, long length, InternalError fault) {
    checkIsFault(fault);
    String range = name + ": offset " + offset + " + " + length + " cannot be accessed";
    long available = closed ? size : mapping.available(size);
    return new MediaErrorException(
        available < size ? range + ", the file was cut to " + available + " of " + size : range,
        fault);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(name + ": closed");
    }
  }

  private void checkRange(long offset, long length) {
    checkOpen();
    if ((offset | length) < 0 || length > size - offset) {
      throw new IndexOutOfBoundsException(
          name + ": offset " + offset + " + " + length + " exceeds size " + size);
    }
  }

  private void checkStore(long offset, long length) {
    checkRange(offset, length);
    if (!writable) {
      throw new IllegalArgumentException(name + ": mapped for reading only");
    }
  }

  private void checkAligned(long offset) {
    if ((offset & 7) != 0) {
      throw new IllegalArgumentException(name + ": offset " + offset + " is not a multiple of 8");
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    arena.close();
    closed = true;
    MappedRanges.remove(mapping.range());
    mapping.replaceByMemory();
    DebugLog.operation(() -> name + ": unmapped");
    Mapping heldMapping = mapping;
    TouchedPages heldMarks = touched;
    CLEANER.register(
        this,
        () -> {
          heldMapping.release();
          heldMarks.release();
        });
  }

  @Override
  public String toString() {
    return name;
  }
}
