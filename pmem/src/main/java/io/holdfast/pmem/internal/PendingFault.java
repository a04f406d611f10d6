package io.holdfast.pmem.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Delivers the memory fault that this thread has just met, if any.
 *
 * <p>When compiled Java code faults on mapped memory, HotSpot skips the instruction, goes on with a
 * meaningless value and throws {@link InternalError} at the thread's next safepoint poll. The end
 * of a loop that the compiler cannot count is such a poll: a fault is thrown by {@link #deliver} at
 * the latest. (So is the return from a call of native code, unless it is a critical one; but that
 * costs ten times as much, and waits for all stores before it.)
 */
final class PendingFault {
  private static final VarHandle ROUNDS;

  /** Read anew after each round, so that no compiler knows how many there are. */
  @SuppressWarnings("UnusedVariable") // read through the handle; not final, or it would be known
  private static int rounds = 2;

  static {
    try {
      ROUNDS = MethodHandles.lookup().findStaticVarHandle(PendingFault.class, "rounds", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private PendingFault() {}

  /**
   * Costs about a nanosecond.
   *
   * @throws InternalError if an access to mapped memory has faulted before
   */
  static void deliver() {
    int round = 0;
    do {
      round++;
    } while (round < (int) ROUNDS.getOpaque());
  }
}
