package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * The machine-code routine that moves bytes within mapped memory, first or last bytes first as the
 * ranges overlap.
 *
 * <p>It reads persistent memory, which no other routine does, and would end the process if it
 * faulted: callers have Java code load from each of the source's lines just before. It has a guard,
 * as those of {@link GuardedRoutines}; what needs none gives {@link #NO_GUARD}. A record for the
 * same reason as {@link CpuRoutines}. May be shared between threads.
 */
record MoveRoutines(MethodHandle handle) {

  /** The address of a guard that lets everything pass. */
  static final long NO_GUARD = Arena.global().allocate(JAVA_LONG).address();

  private static final FunctionDescriptor MOVING =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** Takes the routine from a page that holds a listing with guards. */
  static MoveRoutines of(CodePage page, VectorWidth width) {
    return new MoveRoutines(page.handle(GuardListing.name("move_" + width.suffix()), MOVING));
  }

  /**
   * Moves through the caches, or whole lines past them if the mode says so.
   *
   * @param loaded what depends on the loads that Java code has made, lest a compiler drop them; the
   *     routine ignores it
   * @param length positive
   * @param mode {@link CpuRoutines}' bits and {@link CopyRules#PAST_CACHES}
   * @param guard the address of a word; unless it is zero, nothing is done
   */
  void move(long destination, long source, long loaded, long length, long mode, long guard) {
    try {
      handle.invokeExact(destination, source, loaded, length, mode, guard);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }
}
