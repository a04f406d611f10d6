package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The same routines as those of {@link CpuRoutines}, for memory that is not ours.
 *
 * <p>Each takes a segment of that memory as a last argument, which the routine ignores. The linker
 * keeps the segment alive during the call, so that its arena cannot be closed meanwhile, and throws
 * {@link IllegalStateException} if it is closed already. For an arena that threads share that costs
 * two atomic operations, which wait for flushes as a fence does. A record for the same reason as
 * {@link CpuRoutines}.
 */
record HeldRoutines(
    MethodHandle flushHandle,
    MethodHandle copyHandle,
    MethodHandle copyPastCachesHandle,
    MethodHandle fillHandle,
    MethodHandle fillPastCachesHandle) {

  private static final FunctionDescriptor FLUSHING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
  private static final FunctionDescriptor COPYING =
      FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
  private static final FunctionDescriptor FILLING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);

  static HeldRoutines of(CodePage page, VectorWidth width) {
    return new HeldRoutines(
        page.handle("flush", FLUSHING),
        page.handle("copy_temporal", COPYING),
        page.handle("copy_" + width.suffix(), COPYING),
        page.handle("fill_temporal", FILLING),
        page.handle("fill_" + width.suffix(), FILLING));
  }

  /** Writes back the lines of the addresses from {@code start} to {@code end}, exclusive. */
  void flush(long start, long end, long mode, MemorySegment held) {
    try {
      flushHandle.invokeExact(start, end, mode, held);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Copies through the caches, or whole lines past them if the mode says so. */
  void copy(
      long destination,
      MemorySegment source,
      long sourceOffset,
      long length,
      long mode,
      MemorySegment held) {
    try {
      if ((mode & CopyRules.PAST_CACHES) != 0) {
        copyPastCachesHandle.invokeExact(destination, source, sourceOffset, length, mode, held);
      } else {
        copyHandle.invokeExact(destination, source, sourceOffset, length, mode, held);
      }
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Fills through the caches with the byte repeated in {@code word}, or past them. */
  void fill(long destination, long word, long length, long mode, MemorySegment held) {
    try {
      if ((mode & CopyRules.PAST_CACHES) != 0) {
        fillPastCachesHandle.invokeExact(destination, word, length, mode, held);
      } else {
        fillHandle.invokeExact(destination, word, length, mode, held);
      }
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }
}
