package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.audit;
import static io.holdfast.heap.internal.TinyHeap.compute;
import static io.holdfast.heap.internal.TinyHeap.copied;
import static io.holdfast.heap.internal.TinyHeap.createSmallest;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.root;
import static io.holdfast.heap.internal.TinyHeap.transact;
import static io.holdfast.heap.internal.TinyHeap.tx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.RunLog;
import io.holdfast.heap.Locks;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.SystemCallException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every multi-step update of a heap is crashed after each of its events, in all ways the medium may
 * be left, and recovery with it: what was acknowledged is there, nothing is half-done, nothing
 * leaks.
 */
class HeapCrashTest {

  private static CrashExploration crash(Granularity granularity) {
    return CrashExploration.of(granularity).exhaustiveUpTo(1024).samples(24).samplesInRecovery(8);
  }

  /** Opens, checks and labels; then the heap must still be usable. */
  private static String checked(HeapCore heap, RunLog log, int zones, String label) {
    audit(heap, geometry(zones));
    log.stopCrashing();
    long probe = compute(heap, () -> tx(heap).allocate(40, 9));
    assertThat(heap.getLong(probe)).isZero();
    transact(heap, () -> tx(heap).putLong(probe, 77));
    assertThat(heap.getLong(probe)).isEqualTo(77);
    transact(heap, () -> tx(heap).free(probe));
    heap.close();
    return label;
  }

  private static void report(String what, Granularity granularity, CrashReport report) {
    System.out.printf(
        "crash states: %-24s %-10s %6d events %8d states %8d in recovery%n",
        what, granularity, report.events(), report.states(), report.recoveryStates());
    report.assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void create_isCompleteOrAbsent(Granularity granularity) {
    report(
        "create",
        granularity,
        crash(granularity)
            .run(
                (medium, log) -> {
                  TinyHeap.create(medium);
                  log.acknowledge("created");
                })
            .check(
                (medium, log) -> {
                  HeapCore heap;
                  try {
                    heap = TinyHeap.open(medium);
                  } catch (SystemCallException e) {
                    assertThat(log.hasAcknowledged("created")).isFalse();
                    return "absent";
                  }
                  assertThat(audit(heap, geometry(1))).isEmpty();
                  return checked(heap, log, 1, "complete");
                })
            .explore());
  }

  @ParameterizedTest
  @EnumSource
  void openAndClose_changeNothing(Granularity granularity) {
    report(
        "open and close",
        granularity,
        crash(granularity)
            .crashesInRecovery(2)
            .prepare(
                (medium, _) -> {
                  HeapCore heap = TinyHeap.create(medium);
                  long root = allocateRoot(heap, 64);
                  transact(heap, () -> tx(heap).putLong(root, 5)); // left in the journal
                })
            .run((medium, _) -> TinyHeap.open(medium).close())
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  assertThat(heap.getLong(root(heap))).isEqualTo(5);
                  return checked(heap, log, 1, "5");
                })
            .explore());
  }

  @ParameterizedTest
  @EnumSource
  void update_isAllOrNothingAndDurable(Granularity granularity) {
    report(
        "update",
        granularity,
        crash(granularity)
            .crashesInRecovery(2)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 256))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  for (int i = 1; i <= 3; i++) {
                    int value = i;
                    transact(
                        heap,
                        () -> {
                          tx(heap).putLong(root, value);
                          tx(heap).putInt(root + 61, value); // across two cache lines
                          tx(heap).putByte(root + 130, (byte) value);
                        });
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  long value = heap.getLong(root);
                  assertThat(heap.getInt(root + 61)).isEqualTo((int) value);
                  assertThat(heap.getByte(root + 130)).isEqualTo((byte) value);
                  // what a recovery has shown must not be undone by a crash after it
                  for (String seen : log.acknowledged()) {
                    assertThat(value).isGreaterThanOrEqualTo(Long.parseLong(seen));
                  }
                  log.acknowledge("" + value);
                  return checked(heap, log, 1, "" + value);
                })
            .explore());
  }

  /** Allocates three objects of very different size, links them, replaces them, frees them. */
  @ParameterizedTest
  @EnumSource
  void allocateAndFree_leakNothing(Granularity granularity) {
    long[] sizes = {24, 3000, 9000};
    report(
        "allocate and free",
        granularity,
        crash(granularity)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  for (int round = 1; round <= 2; round++) {
                    for (int i = 0; i < sizes.length; i++) {
                      long slot = root + 8L * i;
                      long bytes = sizes[i];
                      int type = round;
                      transact(
                          heap,
                          () -> {
                            long old = heap.resolve(heap.getLong(slot));
                            if (old != 0) {
                              tx(heap).free(old);
                            }
                            long made = tx(heap).allocate(bytes, type);
                            tx(heap).putLong(made + 8, slot);
                            tx(heap).putLong(made + bytes - 8, type);
                            tx(heap).putLong(slot, heap.reference(made));
                          });
                      log.acknowledge("made");
                    }
                  }
                  for (int i = 0; i < sizes.length; i++) {
                    long slot = root + 8L * i;
                    transact(
                        heap,
                        () -> {
                          tx(heap).free(heap.resolve(heap.getLong(slot)));
                          tx(heap).putLong(slot, 0);
                        });
                    log.acknowledge("freed");
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  StringBuilder label = new StringBuilder();
                  int live = 0;
                  for (int i = 0; i < sizes.length; i++) {
                    long slot = root + 8L * i;
                    long made = heap.resolve(heap.getLong(slot));
                    label.append(made == 0 ? "-" : ObjectHeader.type(heap.headerAt(made)));
                    if (made != 0) {
                      live++;
                      int type = ObjectHeader.type(heap.headerAt(made));
                      assertThat(heap.getLong(made)).isZero();
                      assertThat(heap.getLong(made + 8)).isEqualTo(slot);
                      assertThat(heap.getLong(made + sizes[i] - 8)).isEqualTo(type);
                    }
                  }
                  assertThat(audit(heap, geometry(1))).hasSize(live + 1);
                  int done = log.acknowledged().size();
                  if (done >= 6) {
                    assertThat(live).isBetween(0, 9 - done);
                  } else if (done >= 3) {
                    assertThat(live).isEqualTo(3);
                  } else {
                    assertThat(live).isGreaterThanOrEqualTo(done);
                  }
                  return checked(heap, log, 1, label.toString());
                })
            .explore());
  }

  @ParameterizedTest
  @EnumSource
  void abort_leavesNothing(Granularity granularity) {
    report(
        "abort",
        granularity,
        crash(granularity)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  try {
                    transact(
                        heap,
                        () -> {
                          long small = tx(heap).allocate(40, 2);
                          long large = tx(heap).allocate(5000, 2);
                          tx(heap).putLong(large + 4000, small);
                          tx(heap).putLong(root, 1);
                          tx(heap).free(root);
                          throw new IllegalStateException("abort");
                        });
                  } catch (IllegalStateException e) {
                    log.acknowledge("aborted");
                  }
                  transact(heap, () -> tx(heap).putLong(root + 8, 2));
                  log.acknowledge("updated");
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  assertThat(heap.getLong(root(heap))).isZero();
                  assertThat(audit(heap, geometry(1))).containsOnlyKeys(root(heap));
                  long after = heap.getLong(root(heap) + 8);
                  assertThat(after).isEqualTo(log.hasAcknowledged("updated") ? 2 : after);
                  return checked(heap, log, 1, "" + after);
                })
            .explore());
  }

  /**
   * Enough records to use each half of the journals more than once, so that checkpoints come in
   * between.
   */
  @ParameterizedTest
  @EnumSource
  void checkpoint_losesNothing(Granularity granularity) {
    report(
        "checkpoint",
        granularity,
        crash(granularity)
            .samples(8)
            .samplesInRecovery(4)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 256))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  int commits = granularity == Granularity.PAGE ? 70 : 40;
                  for (int i = 1; i <= commits; i++) {
                    int value = i;
                    transact(
                        heap,
                        () -> {
                          tx(heap).putLong(root, value);
                          tx(heap).putLong(root + 64L * (value % 4) + 8, value);
                        });
                    log.acknowledge("" + i);
                  }
                  heap.close();
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  long last = heap.getLong(root);
                  assertThat(last).isGreaterThanOrEqualTo(log.acknowledged().size());
                  for (long i = Math.max(1, last - 3); i <= last; i++) {
                    assertThat(heap.getLong(root + 64 * (i % 4) + 8)).isEqualTo(i);
                  }
                  return checked(heap, log, 1, "" + last);
                })
            .explore());
  }

  @ParameterizedTest
  @EnumSource
  void growth_losesNothing(Granularity granularity) {
    report(
        "growth",
        granularity,
        crash(granularity)
            .samples(8)
            .samplesInRecovery(4)
            .prepare((medium, _) -> allocateRoot(createSmallest(medium), 64))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  for (int i = 0; i < 4; i++) {
                    long slot = root + 8L * i;
                    transact(
                        heap,
                        () -> {
                          long made = tx(heap).allocate(40_000, 3);
                          tx(heap).putLong(made + 39_992, slot);
                          tx(heap).putLong(slot, heap.reference(made));
                        });
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  int live = 0;
                  for (int i = 0; i < 4; i++) {
                    long slot = root + 8L * i;
                    long made = heap.resolve(heap.getLong(slot));
                    if (made != 0) {
                      live++;
                      assertThat(heap.getLong(made + 39_992)).isEqualTo(slot);
                    }
                  }
                  assertThat(live).isGreaterThanOrEqualTo(log.acknowledged().size());
                  assertThat(audit(heap, geometry(2))).hasSize(live + 1);
                  return checked(heap, log, 2, live + " objects");
                })
            .explore());
  }

  /** A record of several kilobytes, which no half of a journal holds. */
  @ParameterizedTest
  @EnumSource
  void recordInExtents_isAllOrNothing(Granularity granularity) {
    report(
        "record in extents",
        granularity,
        crash(granularity)
            .samples(8)
            .samplesInRecovery(4)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 4096))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  for (int i = 1; i <= 2; i++) {
                    int value = i;
                    transact(
                        heap,
                        () -> {
                          for (int at = 0; at < 4096; at += 16) {
                            tx(heap).putLong(root + at, value);
                          }
                        });
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  long value = heap.getLong(root);
                  for (int at = 0; at < 4096; at += 16) {
                    assertThat(heap.getLong(root + at)).isEqualTo(value);
                  }
                  assertThat(value).isGreaterThanOrEqualTo(log.acknowledged().size());
                  return checked(heap, log, 1, "" + value);
                })
            .explore());
  }

  /**
   * Two threads that share the heap, each with an object of its own, and each with a counter of its
   * own.
   */
  @ParameterizedTest
  @EnumSource
  void twoThreads_bothLoseNothing(Granularity granularity) {
    report(
        "two threads",
        granularity,
        crash(granularity)
            .samples(8)
            .samplesInRecovery(4)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  CountDownLatch start = new CountDownLatch(2);
                  Thread[] threads = new Thread[2];
                  for (int t = 0; t < 2; t++) {
                    int me = t;
                    threads[t] =
                        Thread.ofPlatform()
                            .start(
                                () -> {
                                  start.countDown();
                                  await(start);
                                  for (int i = 1; i <= 6; i++) {
                                    count(heap, root, me);
                                    log.acknowledge(me + " ");
                                  }
                                });
                  }
                  for (Thread thread : threads) {
                    thread.join();
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  int[] counts = {heap.getInt(root), heap.getInt(root + 4)};
                  for (int t = 0; t < 2; t++) {
                    String mine = t + " ";
                    long acknowledged = log.acknowledged().stream().filter(mine::equals).count();
                    assertThat((long) counts[t]).isGreaterThanOrEqualTo(acknowledged);
                    long list = heap.resolve(heap.getLong(root + 8 + 8L * t));
                    for (int i = counts[t]; i >= 1; i--) {
                      assertThat(heap.getLong(list)).isEqualTo(i);
                      list = heap.resolve(heap.getLong(list + 8));
                    }
                    assertThat(list).isZero();
                  }
                  assertThat(audit(heap, geometry(1))).hasSize(1 + counts[0] + counts[1]);
                  return checked(heap, log, 1, counts[0] + "+" + counts[1]);
                })
            .explore());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Prepends a node to one of two lists and counts it, in the half of a word that is this thread's.
   */
  private static void count(HeapCore heap, long root, int me) {
    heap.transact(
        Locks.NONE,
        () -> {
          long slot = root + 8 + 8L * me;
          int next = heap.getInt(root + 4L * me) + 1;
          long node = tx(heap).allocate(16, 2);
          tx(heap).putLong(node, next);
          tx(heap).putLong(node + 8, heap.getLong(slot));
          tx(heap).putLong(slot, heap.reference(node));
          tx(heap).putInt(root + 4L * me, next);
          return null;
        });
  }

  /** What a crashed heap of one granularity holds is recovered on any other. */
  @ParameterizedTest
  @EnumSource
  void reopenedOnAnyGranularity_losesNothing(Granularity granularity) {
    report(
        "other granularity",
        granularity,
        crash(granularity)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  for (int i = 1; i <= 2; i++) {
                    int value = i;
                    transact(heap, () -> tx(heap).putLong(root, value));
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  log.stopCrashing();
                  long value = -1;
                  for (Granularity other : Granularity.values()) {
                    HeapCore heap = TinyHeap.open(copied(medium, other));
                    long read = heap.getLong(root(heap));
                    assertThat(read).isGreaterThanOrEqualTo(log.acknowledged().size());
                    assertThat(value < 0 || read == value).isTrue();
                    value = read;
                    checked(heap, log, 1, "");
                  }
                  return "" + value;
                })
            .explore());
  }

  /** A heap draws salts and a pool identifiers, and yet what breaks once can be shown again. */
  @ParameterizedTest
  @EnumSource
  void replay_failureOfAHeap_isSeenAgain(Granularity granularity) {
    CrashFailure failure = failing(granularity).explore().failures().getFirst();
    assertThatThrownBy(() -> failing(granularity).replay(failure.replay()))
        .hasStackTraceContaining("found it");
  }

  private static CrashExploration failing(Granularity granularity) {
    return crash(granularity)
        .run(
            (medium, _) -> {
              HeapCore heap = TinyHeap.create(medium);
              allocateRoot(heap, 64);
              transact(heap, () -> tx(heap).putLong(root(heap), 5));
            })
        .verify(
            (medium, _) -> {
              HeapCore heap;
              try {
                heap = TinyHeap.open(medium);
              } catch (SystemCallException e) {
                return;
              }
              if (heap.getLong(HeapLayout.ROOT_OFFSET) != 0 && heap.getLong(root(heap)) == 5) {
                throw new AssertionError("found it");
              }
            });
  }
}
