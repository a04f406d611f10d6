package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.Pmem;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Flushes, copies and synchronises memory of which only a segment is known, as libpmem does.
 *
 * <p>Memory of one of our mappings is that mapping's to deal with; it is found by its address. A
 * range may span adjacent mappings. Other memory may be unmapped or closed by its owner at any time
 * and may fault; it is touched from Java first, and kept alive while machine code or the kernel has
 * its addresses. On the usual path, a range of one mapping, nothing is allocated. May be shared
 * between threads.
 */
public final class AnyMemory {
  private static final @Nullable CpuRoutines ROUTINES = Cpu.CURRENT.routines().orElse(null);
  private static final boolean FLUSHES = !Cpu.SETTINGS.noFlush().orElse(false);

  private static final int ALL_FLAGS = 63;
  private static final CopyMode[] MODES = modes();

  /** Receives what is loaded only to see whether it can be, so that no compiler drops the load. */
  @SuppressWarnings("unused")
  private static byte touched;

  private AnyMemory() {}

  private static CopyMode[] modes() {
    CopyMode[] modes = new CopyMode[ALL_FLAGS + 1];
    for (int flags = 0; flags <= ALL_FLAGS; flags++) {
      CopyMode mode =
          (flags & Pmem.PMEM_F_MEM_NOFLUSH) != 0
              ? CopyMode.NO_FLUSH
              : (flags & Pmem.PMEM_F_MEM_NODRAIN) != 0 ? CopyMode.NO_DRAIN : CopyMode.PERSIST;
      mode = (flags & Pmem.PMEM_F_MEM_NONTEMPORAL) != 0 ? mode.nonTemporal() : mode;
      mode = (flags & Pmem.PMEM_F_MEM_TEMPORAL) != 0 ? mode.temporal() : mode;
      mode = (flags & Pmem.PMEM_F_MEM_WC) != 0 ? mode.writeCombining() : mode;
      modes[flags] = (flags & Pmem.PMEM_F_MEM_WB) != 0 ? mode.writeBack() : mode;
    }
    return modes;
  }

  /** {@return the mode that libpmem's flags mean} */
  private static CopyMode mode(int flags) {
    if ((flags & ~ALL_FLAGS) != 0) {
      throw failed(new IllegalArgumentException("invalid flags 0x%x".formatted(flags)));
    }
    return MODES[flags];
  }

  private static <E extends RuntimeException> E failed(E failure) {
    DebugLog.error(failure.getMessage());
    return failure;
  }

  private static String describe(MemorySegment memory) {
    return "memory at 0x%x + %d".formatted(memory.address(), memory.byteSize());
  }

  /** {@return the address of a range of living native memory} */
  private static long check(MemorySegment memory, long offset, long length) {
    if (!memory.isNative()) {
      throw failed(new IllegalArgumentException("memory on the heap cannot be made durable"));
    }
    checkReadable(memory, offset, length);
    return memory.address() + offset;
  }

  private static void checkReadable(MemorySegment memory, long offset, long length) {
    if ((offset | length) < 0 || length > memory.byteSize() - offset) {
      throw failed(
          new IndexOutOfBoundsException(
              describe(memory) + ": offset " + offset + " + " + length + " exceeds its size"));
    }
    if (!memory.scope().isAlive()) {
      throw failed(new IllegalStateException(describe(memory) + ": closed"));
    }
  }

  /** Closes the mapping that {@code memory} is all of. */
  public static void unmap(MemorySegment memory) {
    long start = check(memory, 0, memory.byteSize());
    MappedPmem map = MappedRanges.find(start);
    if (map == null) {
      throw new MapException(
          Reason.MAPPING_NOT_FOUND, describe(memory) + ": not of a mapping of ours");
    }
    if (start != map.address() || memory.byteSize() != map.size()) {
      throw new MapException(
          Reason.NOT_SUPPORTED,
          describe(memory)
              + ": part of the mapping at 0x%x + %d, which can only be unmapped as a whole"
                  .formatted(map.address(), map.size()));
    }
    map.close();
  }

  /**
   * {@return whether all of {@code memory} is persistent memory, or is forced to be taken for it}
   */
  public static boolean isPmem(MemorySegment memory) {
    long start = check(memory, 0, memory.byteSize());
    return Settings.ofProcess()
        .isPmemForce()
        .orElseGet(() -> isOfPersistentMaps(start, start + memory.byteSize()));
  }

  private static boolean isOfPersistentMaps(long start, long end) {
    for (long at = start; at < end; at = MappedRanges.nextBound(at)) {
      MappedPmem map = MappedRanges.find(at);
      if (map == null || !isPersistent(map)) {
        return false;
      }
    }
    return end > start;
  }

  private static boolean isPersistent(MappedPmem map) {
    return map.domain() == MappedPmem.Domain.CPU;
  }

  private static boolean holds(MappedPmem map, long start, long length) {
    return start >= map.address() && length <= map.end() - start;
  }

  /** Flushes cache lines, or synchronises pages where that is what the mapping needs. */
  public static void flush(MemorySegment memory, long offset, long length) {
    long start = check(memory, offset, length);
    MappedPmem map = MappedRanges.find(start);
    if (map != null && holds(map, start, length)) {
      map.flush(start - map.address(), length);
      return;
    }
    for (long done = 0; done < length; ) {
      long piece = pieceAt(start + done, length - done);
      MappedPmem owner = MappedRanges.find(start + done);
      if (owner != null) {
        owner.flush(start + done - owner.address(), piece);
      } else {
        flushForeign(memory, offset + done, piece);
      }
      done += piece;
    }
  }

  /** {@return how many bytes from {@code address} on are one mapping's, or nobody's} */
  private static long pieceAt(long address, long length) {
    return Math.min(length, MappedRanges.nextBound(address) - address);
  }

  private static void flushForeign(MemorySegment memory, long offset, long length) {
    if (DebugLog.CALLS) {
      DebugLog.call("flush", describe(memory), offset, length);
    }
    if (!FLUSHES) {
      return;
    }
    CpuRoutines routines = ROUTINES;
    if (routines == null) {
      throw new MapException(
          Reason.NOT_SUPPORTED,
          describe(memory) + ": cache lines cannot be flushed, " + Cpu.CURRENT.problem());
    }
    touch(memory, offset, length);
    long start = memory.address() + offset;
    for (long done = 0; done < length; done += CpuRoutines.PIECE_BYTES) {
      long end = Math.min(length, done + CpuRoutines.PIECE_BYTES);
      routines.flushHeld(start + done, start + end, 0, memory);
    }
  }

  /** Loads a byte of each page from Java, which survives a page that cannot be had. */
  private static void touch(MemorySegment memory, long offset, long length) {
    try {
      long end = offset + length;
      for (long at = offset; at < end; at = nextPage(memory, at)) {
        touched = memory.get(JAVA_BYTE, at);
      }
      PendingFault.deliver();
    } catch (InternalError e) {
      throw mediaError(memory, offset, length, e);
    }
  }

  private static long nextPage(MemorySegment memory, long offset) {
    long address = memory.address() + offset;
    return offset + AuxiliaryVector.PAGE_BYTES - (address & (AuxiliaryVector.PAGE_BYTES - 1));
  }

  private static MediaErrorException mediaError(
      MemorySegment memory, long offset, long length, InternalError fault) {
    MappedPmem owner = memory.isNative() ? MappedRanges.find(memory.address() + offset) : null;
    return owner != null
        ? owner.mediaError(fault)
        : new MediaErrorException(
            describe(memory) + ": offset " + offset + " + " + length + " cannot be accessed",
            fault);
  }

  /** Waits for what this thread has flushed. */
  public static void drain() {
    if (DebugLog.CALLS) {
      DebugLog.call("drain");
    }
    if (ROUTINES != null) {
      ROUTINES.fence();
    }
  }

  /** Flushes and drains. */
  public static void persist(MemorySegment memory, long offset, long length) {
    long start = check(memory, offset, length);
    MappedPmem map = MappedRanges.find(start);
    if (map != null && holds(map, start, length)) {
      map.persist(start - map.address(), length);
    } else {
      flush(memory, offset, length);
      drain();
    }
  }

  /** Has the kernel synchronise pages. */
  public static void msync(MemorySegment memory, long offset, long length) {
    long start = check(memory, offset, length);
    for (long done = 0; done < length; ) {
      long piece = pieceAt(start + done, length - done);
      MappedPmem owner = MappedRanges.find(start + done);
      if (owner == null) {
        synchroniseForeign(memory, offset + done, piece);
      } else {
        checkReachesMedium(owner, memory);
        synchronise(owner, start + done - owner.address(), piece);
      }
      done += piece;
    }
  }

  private static void checkReachesMedium(MappedPmem map, MemorySegment memory) {
    if (map.domain() == MappedPmem.Domain.NONE) {
      throw failed(
          new IllegalArgumentException(
              describe(memory) + ", of " + map + ": private memory has nowhere to go"));
    }
  }

  private static void synchronise(MappedPmem map, long offset, long length) {
    if (DebugLog.CALLS) {
      DebugLog.call("msync", map, offset, length);
    }
    map.checkRange(offset, length);
    map.synchronise(offset, length);
  }

  private static void synchroniseForeign(MemorySegment memory, long offset, long length) {
    if (DebugLog.CALLS) {
      DebugLog.call("msync", describe(memory), offset, length);
    }
    if (!memory.isMapped()) {
      throw failed(new IllegalArgumentException(describe(memory) + ": not mapped from a file"));
    }
    long start = memory.address() + offset;
    long page = start & -AuxiliaryVector.PAGE_BYTES;
    LinuxCalls.check(
        describe(memory),
        SystemCall.MSYNC,
        LinuxCalls.callHolding(
            memory, SystemCall.MSYNC, page, start + length - page, AddressRange.MS_SYNC));
  }

  /** Makes what has been flushed durable beyond the power-fail protected domain. */
  public static void deepDrain(MemorySegment memory, long offset, long length) {
    long start = check(memory, offset, length);
    for (long done = 0; done < length; ) {
      long piece = pieceAt(start + done, length - done);
      MappedPmem owner = MappedRanges.find(start + done);
      if (owner == null) {
        synchroniseForeign(memory, offset + done, piece);
      } else {
        checkReachesMedium(owner, memory);
        if (isPersistent(owner)) {
          owner.deepFlush(start + done - owner.address(), piece);
        } else {
          synchronise(owner, start + done - owner.address(), piece);
        }
      }
      done += piece;
    }
  }

  /** Copies as if through a buffer where the ranges overlap. */
  public static void move(
      MemorySegment destination,
      long offset,
      MemorySegment source,
      long sourceOffset,
      long length,
      int flags) {
    CopyMode mode = mode(flags);
    long start = checkStore(destination, offset, length);
    checkReadable(source, sourceOffset, length);
    MappedPmem map = MappedRanges.find(start);
    if (map == null || !holds(map, start, length)) {
      moveByJava(destination, offset, source, sourceOffset, length, flags);
    } else if (!overlap(start, source, sourceOffset, length)) {
      map.copy(start - map.address(), source, sourceOffset, length, mode);
    } else if (holds(map, source.address() + sourceOffset, length)) {
      long from = source.address() + sourceOffset - map.address();
      map.move(start - map.address(), from, length, mode);
    } else {
      moveByJava(destination, offset, source, sourceOffset, length, flags);
    }
  }

  private static long checkStore(MemorySegment destination, long offset, long length) {
    long start = check(destination, offset, length);
    if (destination.isReadOnly()) {
      throw failed(new IllegalArgumentException(describe(destination) + ": read-only"));
    }
    return start;
  }

  private static boolean overlap(long start, MemorySegment source, long sourceOffset, long length) {
    if (!source.isNative()) {
      return false;
    }
    long from = source.address() + sourceOffset;
    return from < start + length && start < from + length;
  }

  private static void moveByJava(
      MemorySegment destination,
      long offset,
      MemorySegment source,
      long sourceOffset,
      long length,
      int flags) {
    try {
      MemorySegment.copy(source, sourceOffset, destination, offset, length);
      PendingFault.deliver();
    } catch (InternalError e) {
      throw mediaError(destination, offset, length, e);
    }
    finish(destination, offset, length, flags);
  }

  /** Fills with a byte. */
  public static void fill(
      MemorySegment destination, long offset, byte value, long length, int flags) {
    CopyMode mode = mode(flags);
    long start = checkStore(destination, offset, length);
    MappedPmem map = MappedRanges.find(start);
    if (map != null && holds(map, start, length)) {
      map.fill(start - map.address(), length, value, mode);
      return;
    }
    try {
      destination.asSlice(offset, length).fill(value);
      PendingFault.deliver();
    } catch (InternalError e) {
      throw mediaError(destination, offset, length, e);
    }
    finish(destination, offset, length, flags);
  }

  /** Does what the flags ask for after the bytes have been stored. */
  private static void finish(MemorySegment memory, long offset, long length, int flags) {
    if ((flags & Pmem.PMEM_F_MEM_NOFLUSH) == 0) {
      flush(memory, offset, length);
      if ((flags & Pmem.PMEM_F_MEM_NODRAIN) == 0) {
        drain();
      }
    }
  }
}
