package io.holdfast.systemtest.guest;

/** What was seen is not what must be: its message has both. */
final class CheckFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CheckFailedException(String message) {
    super(message);
  }

  static void unless(boolean holds, String message) {
    if (!holds) {
      throw new CheckFailedException(message);
    }
  }
}
