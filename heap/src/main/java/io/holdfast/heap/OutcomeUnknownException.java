package io.holdfast.heap;

import io.holdfast.pmem.PmemException;
import org.jspecify.annotations.Nullable;

/**
 * Whether a transaction became durable cannot be known: after opening the heap again, all of it is
 * there or nothing.
 */
public final class OutcomeUnknownException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
