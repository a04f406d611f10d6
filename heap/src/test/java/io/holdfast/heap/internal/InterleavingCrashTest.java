package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.audit;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.root;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.heap.Locks;
import io.holdfast.pmem.Granularity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two threads that change different bytes of the same word, and different bits of the same bitmap,
 * in every way in which they may take turns, and crashed each time: neither loses a write.
 */
final class InterleavingCrashTest {
  private static CrashExploration crash(Granularity granularity) {
    return CrashExploration.of(granularity)
        .exhaustiveUpTo(64)
        .samples(4)
        .samplesInRecovery(1)
        .preemptionsAtMost(1)
        .schedulesAtMost(60);
  }

  private static void report(String what, Granularity granularity, CrashReport report) {
    System.out.printf(
        "crash states: %-24s %-10s %6d events %8d states %8d in recovery, %s%n",
        what,
        granularity,
        report.events(),
        report.states(),
        report.recoveryStates(),
        report.schedules());
    report.assertConsistent();
  }

  /** Two fields in one word, under different locks. */
  @ParameterizedTest
  @EnumSource
  void twoFieldsInOneWord_loseNoWrite(Granularity granularity) {
    report(
        "two fields in one word",
        granularity,
        crash(granularity)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
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
    TinyHeap.tx(heap).putByte(address, (byte) value);
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
