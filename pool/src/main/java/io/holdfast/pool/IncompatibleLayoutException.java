package io.holdfast.pool;

import io.holdfast.pmem.PmemException;

/**
 * A pool is sound but of another kind, of a newer version, or laid out as this program does not
 * expect.
 */
public final class IncompatibleLayoutException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the difference.
   *
   * @param message what, where, the values
   */
  public IncompatibleLayoutException(String message) {
    super(message);
  }
}
