package io.holdfast.heap.internal;

import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs file calls on platform threads: one made by a virtual thread would keep its carrier, and
 * with it all others that could run there, until the medium answers.
 *
 * <p>Threads may share it. The threads behind it are daemons and end when idle.
 */
final class BlockingCalls {
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("holdfast-io-", 0).factory());

  private BlockingCalls() {}

  /** Runs {@code call} and waits, not interruptibly; what it throws is thrown. */
  static void run(Runnable call) {
    if (Thread.currentThread().isVirtual()) {
      await(THREADS.submit(call));
    } else {
      call.run();
    }
  }

  private static void await(Future<?> running) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          running.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw unchecked(Objects.requireNonNull(e.getCause()));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }
}
