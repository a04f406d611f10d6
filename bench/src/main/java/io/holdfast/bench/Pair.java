package io.holdfast.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Two threads that begin to work at the same moment. */
final class Pair {
  private Pair() {}

  /** {@return what the slower of the two returns, which is the time it has measured} */
  static long slower(LongSupplier here, LongSupplier there) {
    AtomicInteger arrived = new AtomicInteger();
    long[] nanos = new long[1];
    Thread thread = Thread.ofPlatform().start(() -> nanos[0] = together(arrived, there));
    long own = together(arrived, here);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Math.max(own, nanos[0]);
  }

  private static long together(AtomicInteger arrived, LongSupplier work) {
    arrived.incrementAndGet();
    while (arrived.get() < 2) {
      Thread.onSpinWait();
    }
    return work.getAsLong();
  }
}
