package io.holdfast.heap;

import io.holdfast.pmem.PmemException;
import org.jspecify.annotations.Nullable;

/** A transaction could not commit and left nothing behind. */
public final class TransactionAbortedException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public TransactionAbortedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
