package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/**
 * A page of persistent memory could not be read or written: poison, or a file cut short by another
 * program.
 */
public final class MediaErrorException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public MediaErrorException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
