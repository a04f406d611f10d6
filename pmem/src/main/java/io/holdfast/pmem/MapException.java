package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/** A source cannot be mapped as asked. */
public final class MapException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public MapException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
