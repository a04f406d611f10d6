package io.holdfast.systemtest;

/** A program of the host's has failed: its message holds the command and what it said. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CommandException(String message) {
    super(message);
  }
}
