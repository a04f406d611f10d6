package io.holdfast.pool;

import io.holdfast.pmem.PmemException;

/** A file is no pool, is the rest of an interrupted creation, or is damaged. It was not changed. */
public final class PoolCorruptedException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the damage.
   *
   * @param message what, where, the values
   */
  public PoolCorruptedException(String message) {
    super(message);
  }
}
