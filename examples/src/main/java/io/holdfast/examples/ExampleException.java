package io.holdfast.examples;

import io.holdfast.pmem.PmemException;

/** An example cannot do what it was asked with the files it was given; nothing was changed. */
public final class ExampleException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * Describes the refusal.
   *
   * @param message what, where, the values
   */
  public ExampleException(String message) {
    super(message);
  }
}
