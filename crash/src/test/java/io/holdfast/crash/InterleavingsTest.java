package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mistakes of several threads that only some ways of taking turns show, each found, and its fix
 * found to be one.
 */
class InterleavingsTest {
  enum Variant {
    WRONG,
    RIGHT
  }

  /** Asserts that the wrong program fails, with its schedule, and that the right one does not. */
  private static void verdict(Variant variant, CrashExploration exploration) {
    CrashReport report = exploration.explore();
    if (variant == Variant.RIGHT) {
      report.assertConsistent();
      assertThat(report.schedules().explored())
          .isEqualTo(report.schedules().known())
          .isGreaterThan(2);
      assertThat(report).asString().contains(report.schedules().toString());
    } else {
      assertThat(report.failures()).hasSize(1);
    }
    assertThat(report.schedules().diverged()).isZero();
    assertThat(report.schedules().difference()).isEmpty();
  }

  private static CrashExploration exploration() {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .preemptionsAtMost(2)
        .schedulesAtMost(20_000);
  }

  /** One thread publishes, another reads what is not yet durable, and tells. */
  @ParameterizedTest
  @EnumSource
  void dirtyRead_isDurableBeforeItIsTold(Variant variant) {
    verdict(variant, dirtyRead(variant));
  }

  @Test
  void dirtyRead_withoutPreemption_isNotSeen() {
    CrashReport report = dirtyRead(Variant.WRONG).preemptionsAtMost(0).explore();
    report.assertConsistent();
    assertThat(report.schedules()).hasToString("2 of 2 schedules with at most 0 preemptions");
  }

  private static CrashExploration dirtyRead(Variant variant) {
    return exploration()
        .run(
            (medium, log) -> {
              PmemMap map = map(medium);
              log.together(
                  () -> {
                    map.putLongRelease(0, 1);
                    map.persist(0, 8);
                  },
                  () -> {
                    if (map.getLongAcquire(0) == 1) {
                      if (variant == Variant.RIGHT) {
                        map.persist(0, 8);
                      }
                      log.acknowledge("seen");
                    }
                  });
            })
        .verify(
            (medium, log) -> {
              if (log.hasAcknowledged("seen")) {
                assertThat(word(medium, 0)).isEqualTo(1);
              }
            });
  }

  /** A fence ends the flushes of its own thread only. */
  @ParameterizedTest
  @EnumSource
  void fence_isThatOfTheThreadWhichFlushed(Variant variant) {
    verdict(
        variant,
        exploration()
            .run(
                (medium, log) -> {
                  PmemMap map = map(medium);
                  CountDownLatch flushed = new CountDownLatch(1);
                  log.together(
                      () -> {
                        map.putLong(0, 1);
                        map.flush(0, 8);
                        if (variant == Variant.RIGHT) {
                          map.drain();
                        }
                        flushed.countDown();
                        map.putLong(64, 1);
                        map.persist(64, 8);
                      },
                      () -> {
                        flushed.await();
                        map.drain();
                        log.acknowledge("stored");
                      });
                })
            .verify(
                (medium, log) -> {
                  if (log.hasAcknowledged("stored")) {
                    assertThat(word(medium, 0)).isEqualTo(1);
                  }
                }));
  }

  /** An entry is counted although one before it is not yet there. */
  @ParameterizedTest
  @EnumSource
  void lockFreeAppend_countsFinishedEntriesOnly(Variant variant) {
    verdict(
        variant,
        exploration()
            .run(
                (medium, log) -> {
                  PmemMap map = map(medium);
                  AtomicLong reserved = new AtomicLong();
                  RunLog.Task append =
                      () -> {
                        long entry = reserved.getAndIncrement();
                        map.putLong(64L * (entry + 1), 7);
                        map.persist(64L * (entry + 1), 8);
                        if (variant == Variant.RIGHT) {
                          while (map.getLongAcquire(0) < entry) {
                            Thread.onSpinWait();
                          }
                        }
                        long count = map.getLongAcquire(0);
                        while (count <= entry) {
                          count = map.compareAndExchangeLong(0, count, entry + 1);
                        }
                        map.persist(0, 8);
                        log.acknowledge("appended " + entry);
                      };
                  log.together(append, append);
                })
            .check(
                (medium, log) -> {
                  long count = word(medium, 0);
                  for (int entry = 0; entry < count; entry++) {
                    assertThat(word(medium, 64L * (entry + 1))).isEqualTo(7);
                  }
                  assertThat(count).isGreaterThanOrEqualTo(log.acknowledged().size());
                  return count + " entries";
                }));
  }

  /** A head that is what it was, though not all that it leads to is. */
  @ParameterizedTest
  @EnumSource
  void freeList_givesNothingToTwo(Variant variant) {
    verdict(
        variant,
        exploration()
            .prepare(
                (medium, log) -> {
                  Programs.createFile(medium, log);
                  PmemMap map = map(medium);
                  for (int node = 1; node < 3; node++) {
                    map.putLong(64L * node, node + 1);
                  }
                  map.putLong(0, 1);
                })
            .run(
                (medium, log) -> {
                  FreeList list = new FreeList(map(medium), variant == Variant.RIGHT);
                  log.together(
                      () -> log.acknowledge("taken " + list.pop()),
                      () -> {
                        long first = list.pop();
                        log.acknowledge("taken " + list.pop());
                        list.push(first);
                      });
                })
            .check(
                (medium, log) -> {
                  FreeList list = new FreeList(map(medium), variant == Variant.RIGHT);
                  List<String> all = new ArrayList<>(log.acknowledged());
                  for (long node = list.pop(); node != 0; node = list.pop()) {
                    all.add("taken " + node);
                  }
                  assertThat(all).doesNotHaveDuplicates();
                  return all.size() + " nodes";
                })
            .crashesInRecovery(0));
  }

  /**
   * A stack of nodes, each a line, whose head is changed by comparing. The head counts its changes
   * in its upper half if it is told to.
   */
  private record FreeList(PmemMap map, boolean counting) {
    private static final long NODE = 0xFFFF_FFFFL;

    long pop() {
      while (true) {
        long head = map.getLongAcquire(0);
        long node = head & NODE;
        if (node == 0) {
          return 0;
        }
        if (changeHead(head, map.getLong(64 * node))) {
          return node;
        }
      }
    }

    void push(long node) {
      long head;
      do {
        head = map.getLongAcquire(0);
        map.putLong(64 * node, head & NODE);
        map.persist(64 * node, 8);
      } while (!changeHead(head, node));
    }

    private boolean changeHead(long head, long node) {
      long count = counting ? (head & ~NODE) + NODE + 1 : 0;
      boolean changed = map.compareAndExchangeLong(0, head, count | node) == head;
      map.persist(0, 8);
      return changed;
    }
  }

  /** Two writers of one file that each append where it ended when they looked. */
  @ParameterizedTest
  @EnumSource
  void fileAppend_looksAndWritesAtOnce(Variant variant) {
    verdict(
        variant,
        exploration()
            .prepare((medium, log) -> medium.create(FILE).close())
            .run(
                (medium, log) -> {
                  Object lock = new Object();
                  try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
                    RunLog.Task append =
                        () -> {
                          String name = Thread.currentThread().getName();
                          synchronized (variant == Variant.RIGHT ? lock : new Object()) {
                            file.writeDurably(file.size(), Programs.bytes(name + "."));
                            file.sync();
                          }
                          log.acknowledge(name);
                        };
                    log.together(append, append);
                  }
                })
            .verify(
                (medium, log) ->
                    assertThat(List.of(Programs.read(medium, FILE).split("\\.")))
                        .containsAll(log.acknowledged())));
  }

  @Test
  void threeThreads_areMixedToo() {
    CrashReport report =
        exploration()
            .preemptionsAtMost(100)
            .run(
                (medium, log) -> {
                  PmemMap map = map(medium);
                  log.together(
                      () -> map.putLong(0, 1), () -> map.putLong(64, 1), () -> map.putLong(128, 1));
                })
            .check((medium, log) -> "" + word(medium, 0) + word(medium, 64) + word(medium, 128))
            .withoutKilledProcesses()
            .explore();
    assertThat(report.schedules().explored()).isEqualTo(90); // 6! / (2! 2! 2!)
    assertThat(report.states()).isEqualTo(8);
    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
  }

  @Test
  void limit_isTold() {
    CrashReport report = dirtyRead(Variant.RIGHT).schedulesAtMost(3).explore();
    assertThat(report.schedules().toString())
        .matches("3 of at least \\d+ schedules with at most 2 preemptions");
  }

  @Test
  void failure_endsTheSearch_andNamesItsSchedule() {
    CrashReport report = dirtyRead(Variant.WRONG).explore();
    assertThat(report.schedules().explored()).isLessThan(report.schedules().known());
  }

  @Test
  void sameSeed_exploresTheSame() {
    assertThat(dirtyRead(Variant.RIGHT).explore().toString())
        .isEqualTo(dirtyRead(Variant.RIGHT).explore().toString());
  }

  /** What depends on more than the schedule is told, and explored all the same. */
  @Test
  void programThatDiffersEachTime_isToldInWords() {
    AtomicInteger runs = new AtomicInteger();
    CrashReport report =
        explored(
            map -> {
              map.putLong(8L * runs.incrementAndGet(), 1);
              map.putLong(128, 1);
            });
    assertThat(report.schedules().difference())
        .startsWith("event 1 was store of 8 bytes at 0x8: 01 00")
        .contains(", and when run again store of 8 bytes at 0x10: 01 00");
    assertThat(report.toString()).contains("the program does not do the same each time: event 1");
    assertThat(report.schedules().diverged()).isPositive();
  }

  /** Salts and clocks do not keep schedules from being gone through. */
  @Test
  void programThatStoresOtherBytesEachTime_takesTheSameSteps() {
    AtomicInteger runs = new AtomicInteger();
    CrashReport report = explored(map -> map.putLong(0, runs.incrementAndGet()));
    assertThat(report.schedules().difference())
        .startsWith("the bytes of event 1, store of 8 bytes at 0x0: 01 00");
    assertThat(report.schedules().diverged()).isZero();
    assertThat(report.schedules().explored()).isEqualTo(6);
  }

  private static CrashReport explored(Consumer<PmemMap> first) {
    return exploration()
        .preemptionsAtMost(100)
        .run(
            (medium, log) -> {
              PmemMap map = map(medium);
              log.together(() -> first.accept(map), () -> map.putLong(64, 1));
            })
        .explore();
  }

  @Test
  void deadlock_failsTheExplorationWithScheduleAndStacks() {
    assertThatThrownBy(
            () ->
                exploration()
                    .run(
                        (medium, log) -> {
                          Object one = new Object();
                          Object other = new Object();
                          log.together(inBoth(one, other, log), inBoth(other, one, log));
                        })
                    .explore())
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("the workload failed without any crash: ")
        .hasMessageContaining("deadlock: no thread can go on, schedule ")
        .hasMessageContaining("thread 1: waits for java.lang.Object")
        .hasMessageContaining("InterleavingsTest.java:");
  }

  private static RunLog.Task inBoth(Object first, Object second, RunLog log) {
    return () -> {
      synchronized (first) {
        log.acknowledge("first");
        synchronized (second) {
          log.acknowledge("second");
        }
      }
    };
  }

  @Test
  void failureOfATask_namesTheSchedule() {
    assertThatThrownBy(
            () ->
                exploration()
                    .run(
                        (medium, log) -> {
                          PmemMap map = map(medium);
                          log.together(
                              () -> {
                                map.putLong(0, 1);
                                map.putLong(0, 0);
                              },
                              () -> assertThat(map.getLong(0)).isZero());
                        })
                    .explore())
        .hasMessageContaining("failed without any crash")
        .hasMessageMatching("(?s).*; the schedule was \\d+:2");
  }

  /** In a preparation, and in a check, nobody takes turns. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void outsideTheWorkload_tasksRunOneAfterTheOther(boolean inCheck) {
    List<String> order = new ArrayList<>();
    Workload together =
        (medium, log) ->
            log.together(() -> order.add("1"), () -> order.add("2"), () -> order.add("3"));
    CrashExploration exploration = CrashExploration.of(Granularity.CACHE_LINE);
    (inCheck ? exploration.verify(together) : exploration.prepare(together)).explore();
    assertThat(order).containsExactly("1", "2", "3");
  }
}
