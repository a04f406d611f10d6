package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The machine-code routines, for one way of flushing and one width of stores.
 *
 * <p>They run without leaving Java's thread state: they must be short, so that callers cut long
 * ranges at {@link #PIECE_BYTES}, and they must not fault for good, so that callers touch each
 * destination page from Java first and never let them read persistent memory, but for {@link
 * MoveRoutines}. A record, because the JIT compiler takes a constant record's handles for
 * constants. Lengths are positive. May be shared between threads.
 */
record CpuRoutines(
    FlushInstruction instruction,
    VectorWidth width,
    MethodHandle fenceHandle,
    MethodHandle flushHandle,
    MethodHandle prefetchHandle,
    MethodHandle prefetchSourceHandle,
    MethodHandle copyHandle,
    MethodHandle copyPastCachesHandle,
    MethodHandle fillHandle,
    MethodHandle fillPastCachesHandle,
    MethodHandle flushHeldHandle,
    GuardedRoutines guarded,
    MoveRoutines moves) {

  /** Mode bit: write back what was stored through the caches. */
  static final int FLUSH = 1;

  /** Mode bit: wait at the end until everything this thread has flushed is durable. */
  static final int FENCE = 2;

  /** How many bytes one call may take at the most. */
  static final long PIECE_BYTES = 128 << 10;

  private static final FunctionDescriptor FLUSHING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor FLUSHING_HELD = FLUSHING.appendArgumentLayouts(ADDRESS);
  private static final FunctionDescriptor PREFETCHING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor COPYING =
      FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor FILLING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** Loads the routines that use the given instruction and width. */
  static CpuRoutines load(FlushInstruction instruction, VectorWidth width) {
    CodePage page =
        CodePage.load(
            RoutineListing.load(Architecture.CURRENT.listing())
                .flushingBy(instruction)
                .withGuards(Architecture.CURRENT));
    return new CpuRoutines(
        instruction,
        width,
        page.handle("fence", FunctionDescriptor.ofVoid()),
        page.handle("flush", FLUSHING),
        page.handle("prefetch", PREFETCHING),
        page.handle("prefetch_source", PREFETCHING),
        page.handle("copy_" + width.temporalSuffix(), COPYING),
        page.handle("copy_" + width.suffix(), COPYING),
        page.handle("fill_" + width.temporalSuffix(), FILLING),
        page.handle("fill_" + width.suffix(), FILLING),
        page.handle("flush", FLUSHING_HELD),
        GuardedRoutines.of(page, width),
        MoveRoutines.of(page, width));
  }

  /** Waits until everything this thread has flushed or stored past the caches is durable. */
  void fence() {
    try {
      fenceHandle.invokeExact();
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Writes back the lines of the addresses from {@code start} to {@code end}, exclusive. */
  void flush(long start, long end, long mode) {
    try {
      flushHandle.invokeExact(start, end, mode);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /**
   * Writes back lines of memory that is not ours. The routine ignores the last argument, but the
   * linker keeps it alive during the call, so that its arena cannot be closed meanwhile. For an
   * arena that threads share that costs two atomic instructions, which wait for flushes as a fence
   * does.
   *
   * @param held a segment of that memory
   * @throws IllegalStateException if its arena is closed
   */
  void flushHeld(long start, long end, long mode, MemorySegment held) {
    try {
      flushHeldHandle.invokeExact(start, end, mode, held);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /**
   * Brings the lines of the addresses from {@code start} to {@code end}, exclusive, near, to be
   * stored to.
   */
  void prefetch(long start, long end) {
    try {
      prefetchHandle.invokeExact(start, end);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /**
   * Brings the lines of the addresses from {@code start} to {@code end}, exclusive, near, to be
   * loaded; they may be persistent memory, since a prefetch never faults.
   */
  void prefetchSource(long start, long end) {
    try {
      prefetchSourceHandle.invokeExact(start, end);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Copies through the caches. */
  void copy(long destination, MemorySegment source, long sourceOffset, long length, long mode) {
    try {
      copyHandle.invokeExact(destination, source, sourceOffset, length, mode);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Copies past the caches; only a first or last line that has odd ends goes through them. */
  void copyPastCaches(
      long destination, MemorySegment source, long sourceOffset, long length, long mode) {
    try {
      copyPastCachesHandle.invokeExact(destination, source, sourceOffset, length, mode);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Fills through the caches with the byte repeated in {@code word}. */
  void fill(long destination, long word, long length, long mode) {
    try {
      fillHandle.invokeExact(destination, word, length, mode);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Fills past the caches; only a first or last line that has odd ends goes through them. */
  void fillPastCaches(long destination, long word, long length, long mode) {
    try {
      fillPastCachesHandle.invokeExact(destination, word, length, mode);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }
}
