package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.heap.internal.HeapLock.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The heap's lock: three modes that never overlap, in turn. */
final class HeapLockTest {
  private final HeapLock lock = new HeapLock();

  private Thread acquiring(Mode mode, Runnable then) {
    return Thread.ofPlatform()
        .start(
            () -> {
              lock.acquire(mode);
              then.run();
              lock.release(mode);
            });
  }

  private static void awaitParked(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(thread.isAlive()).as("waits").isTrue();
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachMode_keepsTheOthersOut(Mode held) throws Exception {
    for (Mode wanted : Mode.values()) {
      if (wanted == held && held != Mode.EXCLUSIVE) {
        continue;
      }
      lock.acquire(held);
      Thread waiting = acquiring(wanted, () -> {});
      awaitParked(waiting);
      lock.release(held);
      waiting.join();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITERS", "READERS"})
  void sharedMode_isHeldByManyAtOnce(Mode mode) throws Exception {
    CyclicBarrier allAreInside = new CyclicBarrier(3);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        done.add(
            threads.submit(
                () -> {
                  lock.acquire(mode);
                  allAreInside.await();
                  lock.release(mode);
                  return null;
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
  }

  @Test
  void waiting_isServedFirstComeFirstServed() throws Exception {
    ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    lock.acquire(Mode.READERS);
    for (int i = 0; i < 6; i++) {
      int number = i;
      // readers too: they do not overtake the writer that came before them
      Mode mode = i == 0 ? Mode.EXCLUSIVE : i % 2 == 0 ? Mode.WRITERS : Mode.READERS;
      Thread thread = acquiring(mode, () -> order.add(number));
      threads.add(thread);
      awaitParked(thread);
    }
    lock.release(Mode.READERS);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void interrupt_whileWaiting_doesNotEndTheWaitAndIsKept() throws Exception {
    ConcurrentLinkedQueue<Boolean> interrupted = new ConcurrentLinkedQueue<>();
    lock.acquire(Mode.EXCLUSIVE);
    Thread waiting =
        acquiring(Mode.WRITERS, () -> interrupted.add(Thread.currentThread().isInterrupted()));
    awaitParked(waiting);
    waiting.interrupt();
    awaitParked(waiting);
    assertThat(interrupted).isEmpty();
    lock.release(Mode.EXCLUSIVE);
    waiting.join();
    assertThat(interrupted).containsExactly(true);
  }

  @Test
  void isHeldForWriting_inTheModesOfTransactionsOnly() {
    assertThat(lock.isHeldForWriting()).isFalse();
    lock.acquire(Mode.READERS);
    assertThat(lock.isHeldForWriting()).isFalse();
    lock.release(Mode.READERS);
    for (Mode mode : new Mode[] {Mode.EXCLUSIVE, Mode.WRITERS}) {
      lock.acquire(mode);
      assertThat(lock.isHeldForWriting()).isTrue();
      lock.release(mode);
      assertThat(lock.isHeldForWriting()).isFalse();
    }
  }

  @Test
  void manyThreadsInAllModes_neverOverlap() throws Exception {
    // readers, writers and exclusive holders inside, one byte each
    AtomicLong inside = new AtomicLong();
    List<Mode> modes = List.of(Mode.EXCLUSIVE, Mode.WRITERS, Mode.READERS);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int start = i;
        done.add(
            threads.submit(
                () -> {
                  for (int n = start; n < 3000; n++) {
                    Mode mode = modes.get(n % 3);
                    long unit = 1L << (8 * (n % 3));
                    lock.acquire(mode);
                    long now = inside.addAndGet(unit);
                    boolean alone = now == unit;
                    boolean onlyOwnKind = now % unit == 0 && now / unit < 256;
                    inside.addAndGet(-unit);
                    lock.release(mode);
                    assertThat(mode == Mode.EXCLUSIVE ? alone : onlyOwnKind).isTrue();
                  }
                  return null;
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
  }
}
