package io.holdfast.pmem;

import io.holdfast.pmem.internal.DebugLog;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything that goes wrong with persistent memory: its message names the resource and
 * the values.
 *
 * <p>Its message is what {@link Pmem#errormsg} tells the thread from then on, and is logged at
 * debug level 1.
 *
 * <p>Before such an exception is thrown nothing has been acknowledged as durable that is not.
 */
public class PmemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * For subclasses.
   *
   * @param message what, where, the values
   */
  protected PmemException(String message) {
    super(message);
    DebugLog.error(message);
  }

  /**
   * For subclasses.
   *
   * @param message what, where, the values
   * @param cause the cause
   */
  protected PmemException(String message, @Nullable Throwable cause) {
    super(message, cause);
    DebugLog.error(message);
  }
}
