package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Threads that use a resource again and again until it is closed under them. */
final class ConcurrentUse {
  private final List<Thread> threads = new ArrayList<>();
  private final List<Throwable> ends = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch running;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ConcurrentUse(int count) {
    running = new CountDownLatch(count);
  }

  /** Starts one thread for each use, and returns when each has used the resource once. */
  static ConcurrentUse start(List<Runnable> uses) throws InterruptedException {
    ConcurrentUse all = new ConcurrentUse(uses.size());
    for (Runnable use : uses) {
      all.threads.add(Thread.ofPlatform().start(() -> all.run(use)));
    }
    all.running.await();
    return all;
  }

  private void run(Runnable use) {
    try {
      while (true) {
        boolean late = closed.get();
        use.run();
        running.countDown();
        if (late) {
          throw new AssertionError("a use after close went well");
        }
      }
    } catch (Throwable t) {
      ends.add(t);
      running.countDown();
    }
  }

  /** Waits for the threads, the resource being closed, and expects that each was told so. */
  void assertAllToldThatItIsClosed() throws InterruptedException {
    closed.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(ends)
        .hasSize(threads.size())
        .allSatisfy(end -> assertThat(end).isInstanceOf(IllegalStateException.class));
  }
}
