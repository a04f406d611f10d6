package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The same routines as those of {@link CpuRoutines}, for memory whose addresses something else may
 * take as soon as it is closed: a place in a reservation.
 *
 * <p>Each takes as its last argument the address of a word, its guard, and does nothing if the word
 * is not zero. Who closes the memory sets the word and then closes an arena: that makes every
 * thread pass a safepoint, which none can while it runs a routine. So no routine that still saw
 * zero runs any more when that arena is closed, and no later one sees it. This costs a load; to
 * keep the memory alive by the linker, as {@link CpuRoutines#flushHeld} does, costs atomic
 * instructions, which wait for flushes as a fence does. A record for the same reason as {@link
 * CpuRoutines}.
 */
record GuardedRoutines(
    MethodHandle flushHandle,
    MethodHandle copyHandle,
    MethodHandle copyPastCachesHandle,
    MethodHandle fillHandle,
    MethodHandle fillPastCachesHandle) {

  private static final FunctionDescriptor FLUSHING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor COPYING =
      FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor FILLING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** Takes the routines from a page that holds a listing with guards. */
  static GuardedRoutines of(CodePage page, VectorWidth width) {
    return new GuardedRoutines(
        page.handle(GuardListing.name("flush"), FLUSHING),
        page.handle(GuardListing.name("copy_" + width.temporalSuffix()), COPYING),
        page.handle(GuardListing.name("copy_" + width.suffix()), COPYING),
        page.handle(GuardListing.name("fill_" + width.temporalSuffix()), FILLING),
        page.handle(GuardListing.name("fill_" + width.suffix()), FILLING));
  }

  /** Writes back the lines of the addresses from {@code start} to {@code end}, exclusive. */
  void flush(long start, long end, long mode, long guard) {
    try {
      flushHandle.invokeExact(start, end, mode, guard);
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
      long guard) {
    try {
      if ((mode & CopyRules.PAST_CACHES) != 0) {
        copyPastCachesHandle.invokeExact(destination, source, sourceOffset, length, mode, guard);
      } else {
        copyHandle.invokeExact(destination, source, sourceOffset, length, mode, guard);
      }
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** Fills through the caches with the byte repeated in {@code word}, or past them. */
  void fill(long destination, long word, long length, long mode, long guard) {
    try {
      if ((mode & CopyRules.PAST_CACHES) != 0) {
        fillPastCachesHandle.invokeExact(destination, word, length, mode, guard);
      } else {
        fillHandle.invokeExact(destination, word, length, mode, guard);
      }
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }
}
