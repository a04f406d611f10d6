package io.holdfast.pmem.internal;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemException;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
 * machine code.) A reservation's places, which others use again at once, are closed in a way of
 * their own: {@link GuardedRoutines}. Memory that is somebody else's is kept during each routine:
 * {@link CpuRoutines#flushHeld}.
 *
 * <p>Machine code never touches a page first, see {@link TouchedPages}, and never reads persistent
 * memory, but for moves, whose source Java code has read just before; see {@link SourceLines}.
 */
final class MappedPmem extends MappedMoves {
  private final Granularity granularity;
  private final @Nullable SystemReservation reservation;

  /** After it no synchronisation is tried again: the kernel may take the pages for clean. */
  private volatile @Nullable SystemCallException failedSync;

  /**
   * Takes over the mapping; {@link #register} is to follow.
   *
   * @param reservation in which the mapping lies, if it is one's part
   */
  MappedPmem(
      Mapping mapping,
      long size,
      Granularity granularity,
      Domain domain,
      Access access,
      @Nullable SystemReservation reservation) {
    super(mapping, size, granularity, domain, access);
    this.granularity = granularity;
    this.reservation = reservation;
  }

  /**
   * Makes the mapping known by its addresses.
   *
   * @throws MapException if another one has them; this one has ended then
   */
  MappedPmem register() {
    try {
      MappedRanges.add(this);
    } catch (MapException e) {
      arena.close();
      closed = true;
      touched.release();
      throw e;
    }
    return this;
  }

  long address() {
    return address;
  }

  /** {@return the first address after the mapped bytes} */
  long end() {
    return address + size;
  }

  /** {@return how many bytes of addresses the mapping takes up} */
  long reserved() {
    return mapping.reserved();
  }

  Domain domain() {
    return domain;
  }

  Mapping mapping() {
    return mapping;
  }

  /** {@return whether the mapping is still known although its memory is gone} */
  boolean isAbandoned() {
    return mapping instanceof ExistingMapping existing && !existing.memory().scope().isAlive();
  }

  @Override
  public Granularity granularity() {
    checkOpen();
    return granularity;
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
    if ((newSize & (mapping.alignment() - 1)) != 0) {
      throw new MapException(
          Reason.LENGTH_UNALIGNED,
          name + ": new size " + newSize + " is not a multiple of " + mapping.alignment());
    }
    long available = mapping.available(size);
    if (newSize > available) {
      throw new MapException(
          Reason.MAP_RANGE, name + ": new size " + newSize + " exceeds the file's " + available);
    }
    mapping.extend(size, newSize);
    segment = segment(newSize, arena);
    size = newSize;
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
  public void flush(long offset, long length) {
    if (DebugLog.CALLS) {
      DebugLog.call("flush", this, offset, length);
    }
    checkRange(offset, length);
    if (length == 0) {
      return;
    }
    if (domain == Domain.CPU) {
      if (caches == CopyRules.Caches.LOST) {
        flushLines(offset, length, 0);
      } else {
        mapping.checkAlive();
      }
    } else if (domain == Domain.KERNEL) {
      synchronise(offset, length);
    }
  }

  @Override
  public void persist(long offset, long length) {
    if (DebugLog.CALLS) {
      DebugLog.call("persist", this, offset, length);
    }
    if (domain == Domain.CPU && caches == CopyRules.Caches.LOST && length != 0) {
      checkRange(offset, length);
      flushLines(offset, length, CpuRoutines.FENCE);
    } else {
      flush(offset, length);
      drain();
    }
  }

  @Override
  void synchronise(long offset, long length) {
    if (mapping.isDevice()) {
      flushLines(offset, length, CpuRoutines.FENCE);
    } else {
      untilItFails(() -> mapping.synchronise(offset, length));
    }
  }

  /** Has the kernel write, unless it has failed to do so before. */
  private void untilItFails(Runnable write) {
    SystemCallException earlier = failedSync;
    if (earlier != null) {
      SystemCallException failure =
          new SystemCallException(
              name + ", not tried again after a failure", earlier.call(), earlier.errno());
      failure.initCause(earlier);
      throw failure;
    }
    try {
      write.run();
    } catch (PmemException e) {
      failedSync =
          e instanceof SystemCallException call
              ? call
              : e.getCause() instanceof SystemCallException cause ? cause : failedSync;
      throw e;
    }
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
    if (DebugLog.CALLS) {
      DebugLog.call(this + ": drain");
    }
    checkOpen();
    if (domain == Domain.CPU) {
      routines().fence();
      checkOpen();
    }
  }

  @Override
  public void deepFlush(long offset, long length) {
    if (DebugLog.CALLS) {
      DebugLog.call("deepFlush", this, offset, length);
    }
    checkRange(offset, length);
    if (domain == Domain.NONE) {
      throw new MapException(
          Reason.NOT_SUPPORTED, name + ": private memory has nowhere to be flushed");
    }
    if (length == 0) {
      return;
    }
    if (mapping.isDevice()) {
      // Also where the platform writes its caches back when power fails.
      flushLines(offset, length, CpuRoutines.FENCE);
      mapping.deepFlush(offset, length);
    } else {
      persist(offset, length);
      if (domain == Domain.CPU) {
        untilItFails(() -> mapping.deepFlush(offset, length));
      }
    }
    checkOpen();
  }

  @Override
  public MediaErrorException mediaError(InternalError fault) {
    return mediaError(0, size, fault);
  }

  @Override
  MediaErrorException mediaError(long offset, long length, InternalError fault) {
    checkIsFault(fault);
    if (reservation != null) {
      reservation.noteFault(this);
    }
    return new MediaErrorException(
        name
            + ": offset "
            + offset
            + " + "
            + length
            + " cannot be accessed"
            + whyLost(offset, length),
        fault);
  }

  /**
   * Takes note of a fault, so that machine code keeps away from pages that are lost; {@return what
   * is known to have happened to a range, or nothing}
   */
  synchronized String whyLost(long offset, long length) {
    noteFault();
    return closed ? "" : mapping.whyLost(offset, length, size);
  }

  /** Keeps machine code away from pages that are lost. */
  synchronized void noteFault() {
    if (!closed) {
      touched.forget();
    }
  }

  /**
   * @throws IllegalStateException if another call of native code than this class's keeps the memory
   *     in use
   */
  @Override
  public void close() {
    if (reservation == null) {
      endAlone();
    } else {
      reservation.close(this);
    }
  }

  /** Ends this mapping, but none that depends on it. */
  synchronized void endAlone() {
    if (closed) {
      return;
    }
    // In use by a native call it stays open.
    arena.close();
    closed = true;
    boolean kept = mapping.addresses() == Mapping.Addresses.KEPT;
    if (!kept) {
      keepMachineCodeAway();
    }
    MappedRanges.remove(this);
    mapping.end();
    DebugLog.operation(() -> name + ": unmapped");
    touched.release();
    if (kept) {
      ClosedMappings.release(this, mapping);
    } else {
      mapping.release();
    }
  }

  /**
   * When this returns, no machine code uses the memory or ever will; see {@link GuardedRoutines}.
   * There is no way back: what machine code did not do meanwhile would seem to be done.
   */
  private void keepMachineCodeAway() {
    closeGuard();
    if (mapping instanceof ExistingMapping) {
      // The owner's segment would still be good.
      segment = closedSegment();
    }
    // To close an arena makes every thread pass a safepoint.
    Arena.ofShared().close();
  }

  private MemorySegment closedSegment() {
    try (Arena over = Arena.ofShared()) {
      return segment(size, over);
    }
  }
}
