package io.holdfast.pmem.internal;

/**
 * Delivers the memory fault that this thread has just met, if any.
 *
 * <p>When compiled Java code faults on mapped memory, HotSpot skips the instruction, goes on with a
 * meaningless value and throws {@link InternalError} at the thread's next safepoint poll. Returning
 * from a call of native code, unless it is a critical one, is such a poll: a fault is thrown by
 * {@link #deliver} at the latest.
 */
final class PendingFault {
  private PendingFault() {}

  /**
   * Costs about ten nanoseconds.
   *
   * @throws InternalError if an access to mapped memory has faulted before
   */
  static void deliver() {
    var _ = AuxiliaryVector.hardwareCapabilities();
  }
}
