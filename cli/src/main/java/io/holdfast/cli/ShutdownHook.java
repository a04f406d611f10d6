package io.holdfast.cli;

/** What is to be done if the process is ended from outside (^C, SIGTERM) before this is closed. */
final class ShutdownHook implements AutoCloseable {
  private final Thread thread;

  /** Registers {@code action}. */
  ShutdownHook(Runnable action) {
    thread = new Thread(action);
    Runtime.getRuntime().addShutdownHook(thread);
  }

  /**
   * Takes the action back. If the process is ending already, this thread does nothing more: what it
   * would report as a failure is only the end.
   */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException ending) {
      while (true) {
        try {
          Thread.currentThread().join();
        } catch (InterruptedException e) {
          // Nobody waits for this thread.
        }
      }
    }
  }
}
