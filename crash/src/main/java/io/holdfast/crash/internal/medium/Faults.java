package io.holdfast.crash.internal.medium;

import io.holdfast.crash.Operation;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.SystemCallException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Which calls of a simulated medium are to fail. Everything here happens under the medium's lock.
 */
final class Faults {
  private static final int EIO = 5;
  private static final int ENOSPC = 28;

  private final Map<Operation, Integer> callsUntilFault = new EnumMap<>(Operation.class);
  private long capacity = Long.MAX_VALUE;

  void failAt(Operation operation, int call) {
    if (call < 1) {
      throw new IllegalArgumentException("call %d: they are counted from 1".formatted(call));
    }
    callsUntilFault.put(operation, call);
  }

  long capacity() {
    return capacity;
  }

  void limit(long bytes) {
    capacity = bytes;
  }

  /** {@return whether this call of {@code operation} fails} */
  boolean strikes(Operation operation) {
    Integer calls = callsUntilFault.get(operation);
    if (calls == null) {
      return false;
    }
    if (calls == 1) {
      callsUntilFault.remove(operation);
      return true;
    }
    callsUntilFault.put(operation, calls - 1);
    return false;
  }

  /** Throws if this call of {@code operation} fails. */
  void check(Operation operation, Object subject) {
    if (strikes(operation)) {
      throw operation == Operation.ALLOCATE ? outOfSpace(subject) : ioError(operation, subject);
    }
  }

  void checkSpace(long used, long more, Object subject) {
    if (more > capacity - used) {
      throw new OutOfSpaceException(
          "%s: %d more bytes exceed the medium's %d, of which %d are used"
              .formatted(subject, more, capacity, used),
          null);
    }
  }

  static SystemCallException ioError(Operation operation, Object subject) {
    return new SystemCallException(subject.toString(), operation.call(), EIO);
  }

  private static OutOfSpaceException outOfSpace(Object subject) {
    SystemCallException cause =
        new SystemCallException(subject.toString(), Operation.ALLOCATE.call(), ENOSPC);
    return new OutOfSpaceException(String.valueOf(cause.getMessage()), cause);
  }
}
