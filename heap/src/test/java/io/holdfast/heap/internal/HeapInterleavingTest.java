package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.audit;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.root;
import static io.holdfast.heap.internal.TinyHeap.transact;
import static io.holdfast.heap.internal.TinyHeap.tx;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.heap.Locks;
import io.holdfast.pmem.Granularity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two transactions at once, in every order that few preemptions make of their steps, crashed in
 * each: what was acknowledged is there, nothing is half-done, nothing leaks.
 *
 * <p>{@code holdfast.schedules} sets how many orders are tried.
 */
class HeapInterleavingTest {
  private static final int SCHEDULES = Integer.getInteger("holdfast.schedules", 120);

  private static CrashExploration crash(Granularity granularity) {
    return CrashExploration.of(granularity)
        .exhaustiveUpTo(32)
        .samples(2)
        .samplesInRecovery(1)
        .crashesInRecovery(0)
        .preemptionsAtMost(3)
        .schedulesAtMost(SCHEDULES)
        .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64));
  }

  private static void report(String what, Granularity granularity, CrashReport report) {
    System.out.printf(
        "crash states: %-24s %-10s %6d events %8d states, %s%n",
        what, granularity, report.events(), report.states(), report.schedules());
    report.assertConsistent();
    assertThat(report.schedules().explored()).isGreaterThan(2);
    if (granularity != Granularity.PAGE) {
      assertThat(report.schedules().diverged()).isZero();
      // Without locks the same steps may have other bytes: which free place each takes.
      assertThat(report.schedules().difference()).matches("|the bytes of event .*");
    } // Where commits share a sync it is a matter of time which do, and the schedules vary.
  }

  /** Each allocates an object and links it, in a place of its own, without any lock. */
  @ParameterizedTest
  @EnumSource
  void sideBySide_bothLoseNothing(Granularity granularity) {
    report(
        "two side by side",
        granularity,
        crash(granularity)
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  log.together(
                      () -> {
                        prepend(heap, root);
                        log.acknowledge("0");
                      },
                      () -> {
                        prepend(heap, root + 8);
                        log.acknowledge("1");
                      });
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  int found = 0;
                  for (int thread = 0; thread < 2; thread++) {
                    long node = heap.resolve(heap.getLong(root + 8L * thread));
                    if (node == 0) {
                      assertThat(log.hasAcknowledged("" + thread)).isFalse();
                    } else {
                      assertThat(heap.getLong(node)).isEqualTo(42);
                      found++;
                    }
                  }
                  assertThat(audit(heap, geometry(1))).hasSize(1 + found);
                  return found + " of them";
                })
            .explore());
  }

  private static void prepend(HeapCore heap, long slot) {
    heap.transact(
        Locks.NONE,
        () -> {
          long node = tx(heap).allocate(16, 2);
          tx(heap).putLong(node, 42);
          tx(heap).putLong(slot, heap.reference(node));
          return null;
        });
  }

  /** Each adds to one counter, under the heap's lock, and tells what it has read. */
  @ParameterizedTest
  @EnumSource
  void underTheLock_noneIsLost(Granularity granularity) {
    report(
        "two under the lock",
        granularity,
        crash(granularity)
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  log.together(
                      () -> log.acknowledge("" + increment(heap, root)),
                      () -> log.acknowledge("" + increment(heap, root)));
                  assertThat(heap.getLong(root)).isEqualTo(2);
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long count = heap.getLong(root(heap));
                  for (String acknowledged : log.acknowledged()) {
                    assertThat(count).isGreaterThanOrEqualTo(Long.parseLong(acknowledged));
                  }
                  assertThat(log.acknowledged()).doesNotHaveDuplicates();
                  return "" + count;
                })
            .explore());
  }

  private static long increment(HeapCore heap, long address) {
    long[] value = new long[1];
    transact(
        heap,
        () -> {
          value[0] = heap.getLong(address) + 1;
          tx(heap).putLong(address, value[0]);
        });
    return value[0];
  }

  /** Two fields in one word, under different locks. */
  @ParameterizedTest
  @EnumSource
  void twoFieldsInOneWord_loseNoWrite(Granularity granularity) {
    report(
        "two fields in one word",
        granularity,
        crash(granularity)
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  log.together(
                      () -> {
                        heap.transact(Locks.NONE, () -> putByte(heap, root + 2, 7));
                        log.acknowledge("a");
                      },
                      () -> {
                        heap.transact(Locks.NONE, () -> putByte(heap, root + 3, 9));
                        log.acknowledge("b");
                      });
                  assertThat(heap.getLong(root)).isEqualTo(7L << 16 | 9L << 24);
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long word = heap.getLong(root(heap));
                  assertThat(word & ~(7L << 16 | 9L << 24)).isZero();
                  if (log.hasAcknowledged("a")) {
                    assertThat(word >>> 16 & 0xFF).isEqualTo(7);
                  }
                  if (log.hasAcknowledged("b")) {
                    assertThat(word >>> 24).isEqualTo(9);
                  }
                  log.stopCrashing();
                  heap.close();
                  return Long.toHexString(word);
                })
            .explore());
  }

  private static int putByte(HeapCore heap, long address, int value) {
    tx(heap).putByte(address, (byte) value);
    return value;
  }

  /** Two objects in one slab, each in a slot of its own: their bits share a word. */
  @ParameterizedTest
  @EnumSource
  void twoObjectsInOneSlab_loseNoBit(Granularity granularity) {
    report(
        "two bits in one word",
        granularity,
        crash(granularity)
            .prepare(
                (medium, _) -> {
                  HeapCore heap = TinyHeap.create(medium);
                  long root = allocateRoot(heap, 64);
                  new ObjectOperations(heap).allocate(40, 2, root + 16); // the slab is there
                })
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  ObjectOperations objects = new ObjectOperations(heap);
                  long root = root(heap);
                  log.together(
                      () -> {
                        objects.allocate(40, 3, root);
                        log.acknowledge("a");
                      },
                      () -> {
                        objects.allocate(40, 4, root + 8);
                        log.acknowledge("b");
                      });
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  long first = heap.resolve(heap.getLong(root));
                  long second = heap.resolve(heap.getLong(root + 8));
                  assertThat(first != 0 || !log.hasAcknowledged("a")).isTrue();
                  assertThat(second != 0 || !log.hasAcknowledged("b")).isTrue();
                  assertThat(audit(heap, geometry(1)))
                      .hasSize(2 + (first == 0 ? 0 : 1) + (second == 0 ? 0 : 1));
                  log.stopCrashing();
                  heap.close();
                  return (first == 0 ? "-" : "a") + (second == 0 ? "-" : "b");
                })
            .explore());
  }
}
