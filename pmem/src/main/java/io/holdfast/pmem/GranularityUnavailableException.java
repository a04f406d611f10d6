package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/** Only a coarser granularity than the required one is available. */
public final class GranularityUnavailableException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public GranularityUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
