package io.holdfast.systemtest;

/** What the test needs cannot be had on this machine: its message says what and why. */
final class SkippedException extends Exception {
  private static final long serialVersionUID = 1;

  SkippedException(String message) {
    super(message);
  }
}
