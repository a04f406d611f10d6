package io.holdfast.heap;

import io.holdfast.pmem.PmemException;
import org.jspecify.annotations.Nullable;

/**
 * A write or sync has failed earlier: nothing is acknowledged any more until the heap is closed and
 * opened again.
 */
public final class HeapFailedException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  public HeapFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
