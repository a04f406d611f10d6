package io.holdfast.pmem;

/**
 * Power failed while data was in use, and the DIMMs say that they could not write everything they
 * had promised: the data may be corrupted in ways that no recovery sees. Also thrown where the
 * record that would tell so is of an unknown version, or none.
 */
public final class UnsafeShutdownException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the failure.
   *
   * @param message what, where, the values
   */
  public UnsafeShutdownException(String message) {
    super(message);
  }
}
