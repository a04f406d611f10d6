package io.holdfast.crash.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that wait for each other take turns all the same, and are seen if they wait for ever. */
@Timeout(60)
class SchedulerTest {
  private static final int UNBOUNDED = 100;

  /** A program of which every schedule is run. */
  private interface Program {
    void run(RunLog log) throws Exception;
  }

  @Test
  void monitor_isNeverEnteredByTwo() throws Exception {
    Map<String, Integer> orders =
        orders(
            log -> {
              Object lock = new Object();
              RunLog.Task task =
                  () -> {
                    synchronized (lock) {
                      log.acknowledge(name() + " in");
                      log.acknowledge(name() + " out");
                    }
                  };
              log.together(task, task);
            });
    assertThat(orders).containsOnlyKeys("1 in, 1 out, 2 in, 2 out", "2 in, 2 out, 1 in, 1 out");
  }

  @Test
  void reentrantLock_isNeverHeldByTwoOfThree() throws Exception {
    Map<String, Integer> orders =
        orders(
            log -> {
              ReentrantLock lock = new ReentrantLock();
              RunLog.Task task =
                  () -> {
                    lock.lock();
                    try {
                      log.acknowledge(name() + " in");
                      log.acknowledge("out");
                    } finally {
                      lock.unlock();
                    }
                  };
              log.together(task, task, task);
            });
    assertThat(orders).hasSize(6);
  }

  @Test
  void latch_letsOnWhenItIsOpen() throws Exception {
    Map<String, Integer> orders =
        orders(
            log -> {
              CountDownLatch latch = new CountDownLatch(1);
              log.together(
                  () -> {
                    latch.await();
                    log.acknowledge("after");
                  },
                  () -> {
                    log.acknowledge("before");
                    latch.countDown();
                    log.acknowledge("besides");
                  });
            });
    assertThat(orders).containsOnlyKeys("before, after, besides", "before, besides, after");
  }

  @Test
  void condition_isAwaitedWithoutItsLock() throws Exception {
    Map<String, Integer> orders =
        orders(
            log -> {
              ReentrantLock lock = new ReentrantLock();
              Condition changed = lock.newCondition();
              AtomicBoolean set = new AtomicBoolean();
              log.together(
                  () -> {
                    lock.lock();
                    try {
                      while (!set.get()) {
                        changed.await();
                      }
                      log.acknowledge("seen");
                    } finally {
                      lock.unlock();
                    }
                  },
                  () -> {
                    lock.lock();
                    try {
                      log.acknowledge("set");
                      set.set(true);
                      changed.signal();
                      log.acknowledge("signalled");
                    } finally {
                      lock.unlock();
                    }
                  });
            });
    assertThat(orders).containsOnlyKeys("set, signalled, seen");
  }

  @Test
  void handOver_orParking_letsTheOtherGoOn() throws Exception {
    assertThat(
            orders(
                log -> {
                  SynchronousQueue<String> queue = new SynchronousQueue<>();
                  log.together(
                      () -> log.acknowledge(queue.take()),
                      () -> {
                        log.acknowledge("put");
                        queue.put("taken");
                      });
                }))
        .containsOnlyKeys("put, taken");
    assertThat(
            orders(
                log -> {
                  AtomicBoolean set = new AtomicBoolean();
                  Thread[] parked = new Thread[1];
                  log.together(
                      () -> {
                        parked[0] = Thread.currentThread();
                        while (!set.get()) {
                          LockSupport.park();
                        }
                        log.acknowledge("unparked");
                      },
                      () -> {
                        log.acknowledge("set");
                        set.set(true);
                        LockSupport.unpark(parked[0]);
                      });
                }))
        .containsOnlyKeys("set, unparked");
  }

  @Test
  void spinningOnJavasMemory_letsTheOtherGoOn() throws Exception {
    AtomicBoolean set = new AtomicBoolean();
    Map<String, Integer> orders =
        orders(
            log -> {
              set.set(false);
              log.together(
                  () -> {
                    while (!set.get()) {
                      Thread.onSpinWait();
                    }
                    log.acknowledge("seen");
                  },
                  () -> {
                    log.acknowledge("set");
                    set.set(true);
                  });
            });
    assertThat(orders).containsOnlyKeys("set, seen");
  }

  @Test
  void spinningOnTheMedium_letsTheOtherGoOn() throws Exception {
    for (boolean acquiring : new boolean[] {true, false}) {
      Map<String, Integer> orders =
          ordersOnMedium(
              (map, log) ->
                  log.together(
                      () -> {
                        while ((acquiring ? map.getLongAcquire(0) : map.getLong(0)) == 0) {
                          Thread.onSpinWait();
                        }
                        log.acknowledge("seen");
                      },
                      () -> {
                        map.putLongRelease(0, 1);
                        log.acknowledge("set");
                      }));
      assertThat(orders).containsOnlyKeys("ordered store, set, seen", "ordered store, seen, set");
    }
  }

  @Test
  void compareAndExchange_loopsOfTwoLoseNothing() throws Exception {
    Map<String, Integer> orders =
        ordersOnMedium(
            (map, log) -> {
              RunLog.Task task =
                  () -> {
                    long old = map.getLongAcquire(0);
                    for (long seen; (seen = map.compareAndExchangeLong(0, old, old + 1)) != old; ) {
                      old = seen;
                    }
                  };
              log.together(task, task);
              log.acknowledge("" + map.getLong(0));
            });
    assertThat(orders).containsOnlyKeys("ordered store, ordered store, 2");
    assertThat(orders.values()).allMatch(count -> count > 2);
  }

  @Test
  void lostUpdate_isFoundInSomeSchedules() throws Exception {
    Map<String, Integer> orders =
        ordersOnMedium(
            (map, log) -> {
              RunLog.Task task = () -> map.putLong(0, map.getLong(0) + 1);
              log.together(task, task);
              log.acknowledge("" + map.getLong(0));
            });
    assertThat(orders).containsOnlyKeys("store, store, 1", "store, store, 2");
  }

  @Test
  void deadlock_isToldWithItsScheduleAndStacks() {
    assertThatThrownBy(
            () ->
                orders(
                    log -> {
                      ReentrantLock one = new ReentrantLock();
                      Object other = new Object();
                      log.together(
                          () -> {
                            one.lock();
                            try {
                              log.acknowledge("one");
                              synchronized (other) {
                                log.acknowledge("both");
                              }
                            } finally {
                              one.unlock();
                            }
                          },
                          () -> {
                            synchronized (other) {
                              log.acknowledge("other");
                              one.lockInterruptibly();
                              one.unlock();
                            }
                          });
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("(?s)deadlock: no thread can go on, schedule \\d+:2.*")
        .hasMessageContaining("thread 1: waits for java.lang.Object")
        .hasMessageContaining(", which thread 2 holds")
        .hasMessageContaining("thread 2: waits for java.util.concurrent.locks.ReentrantLock")
        .hasMessageContaining("SchedulerTest.java:");
  }

  @Test
  void waitingForNothing_isADeadlock() {
    assertThatThrownBy(
            () ->
                orders(
                    log ->
                        log.together(
                            () -> new CyclicBarrier(2).await(), () -> log.acknowledge("done"))))
        .hasMessageContaining("deadlock")
        .hasMessageContaining("thread 2: has ended");
  }

  @Test
  void readingForEver_isToldToo() {
    assertThatThrownBy(
            () ->
                ordersOnMedium(
                    (map, log) -> {
                      RunLog.Task task =
                          () -> {
                            while (map.getLongAcquire(0) == 0) {
                              Thread.onSpinWait();
                            }
                          };
                      log.together(task, task);
                    }))
        .hasMessageContaining("no thread gets on");
  }

  @Test
  void failure_isThrownOnWithTheOthers() {
    assertThatThrownBy(
            () ->
                orders(
                    log ->
                        log.together(
                            () -> {
                              throw new IllegalStateException("one");
                            },
                            () -> {
                              throw new AssertionError("two");
                            })))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("one")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("two"));
  }

  @Test
  void togetherInATask_isRefused() {
    assertThatThrownBy(
            () ->
                orders(
                    log -> {
                      RunLog.Task nothing = () -> {};
                      log.together(() -> log.together(nothing, nothing), nothing);
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot start more");
  }

  private static String name() {
    return Thread.currentThread().getName().replace("thread ", "");
  }

  /** Runs a program under every schedule; {@return the orders of events, with their number} */
  private static Map<String, Integer> orders(Program program) throws Exception {
    return ordersOnMedium((_, log) -> program.run(log));
  }

  private interface MappedProgram {
    void run(PmemMap map, RunLog log) throws Exception;
  }

  private static Map<String, Integer> ordersOnMedium(MappedProgram program) throws Exception {
    Path path = Path.of("/simulated/file");
    SimulatedMedium empty = SimulatedMedium.of(Granularity.CACHE_LINE);
    try (PmemFile file = empty.create(path)) {
      file.allocate(0, 4096);
    }
    Map<String, Integer> orders = new TreeMap<>();
    ScheduleTree tree =
        new ScheduleTree(new ScheduleBounds(UNBOUNDED, 10_000, Scheduler.Switches.OPERATIONS));
    for (Schedule next = tree.next(); next != null; next = tree.next()) {
      Scheduler scheduler = new Scheduler(next, Scheduler.Switches.OPERATIONS);
      Recorder recorder = new Recorder(Recorder.Traces.OFF, scheduler);
      Simulation medium =
          Simulation.of(
              Granularity.CACHE_LINE, ((Simulation) empty).image(), new WindowPool(), recorder);
      PmemMap map =
          medium.map(
              PmemSource.of(path),
              MapConfig.defaults().withRequiredGranularity(Granularity.CACHE_LINE));
      program.run(map, new RecordedLog(recorder, List.of()));
      tree.ran(scheduler);
      List<String> said = new ArrayList<>();
      recorder
          .events()
          .forEach(
              event ->
                  said.add(
                      event
                          .describe()
                          .replaceAll(" of .*", "")
                          .replaceAll("acknowledged \"(.*)\"", "$1")));
      orders.merge(String.join(", ", said), 1, Integer::sum);
    }
    assertThat(tree.diverged()).isZero();
    return orders;
  }
}
