package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/** The file system or the pool has no room; nothing was changed. */
public final class OutOfSpaceException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public OutOfSpaceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
