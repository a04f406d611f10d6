package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/** An operating-system call failed. */
public final class SystemCallException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public SystemCallException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
