package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.audit;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.root;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.heap.Content;
import io.holdfast.pmem.Granularity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The operations that need no transaction around them, crashed after each of their events, and
 * recovery with them: each has happened or has not, and leaks nothing.
 */
final class OperationCrashTest {

  private static CrashExploration crash(Granularity granularity) {
    return CrashExploration.of(granularity).exhaustiveUpTo(512).samples(16).samplesInRecovery(6);
  }

  private static void report(String what, Granularity granularity, CrashReport report) {
    System.out.printf(
        "crash states: %-24s %-10s %6d events %8d states %8d in recovery%n",
        what, granularity, report.events(), report.states(), report.recoveryStates());
    report.assertConsistent();
  }

  /** One object after the other, small, flushed in place and of pages of its own; then freed. */
  @ParameterizedTest
  @EnumSource
  void allocateAndFree_leakNothing(Granularity granularity) {
    int[] sizes = {40, 2000, 9000};
    report(
        "allocate into a slot",
        granularity,
        crash(granularity)
            .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  ObjectOperations objects = new ObjectOperations(heap);
                  long root = root(heap);
                  for (int i = 0; i < sizes.length; i++) {
                    int bytes = sizes[i];
                    objects.allocate(
                        bytes,
                        i + 2,
                        i == 1 ? Content.UNDEFINED : Content.ZEROED,
                        root + 8L * i,
                        (tx, address) -> {
                          tx.putLong(address, bytes);
                          tx.putLong(address + bytes - 8, ~bytes);
                        });
                    log.acknowledge("made");
                  }
                  for (int i = 0; i < sizes.length; i++) {
                    objects.freeFrom(root + 8L * i);
                    log.acknowledge("freed");
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  StringBuilder label = new StringBuilder();
                  int live = 0;
                  int lastMade = -1;
                  int firstMade = sizes.length;
                  for (int i = 0; i < sizes.length; i++) {
                    long made = heap.resolve(heap.getLong(root + 8L * i));
                    label.append(made == 0 ? "-" : "o");
                    if (made != 0) {
                      live++;
                      lastMade = i;
                      firstMade = Math.min(firstMade, i);
                      assertThat(ObjectHeader.type(heap.headerAt(made))).isEqualTo(i + 2);
                      assertThat(heap.getLong(made)).isEqualTo(sizes[i]);
                      assertThat(heap.getLong(made + sizes[i] - 8)).isEqualTo(~sizes[i]);
                      if (i != 1) {
                        assertThat(heap.getLong(made + 16)).isZero();
                      }
                    }
                  }
                  assertThat(audit(heap, geometry(1))).hasSize(live + 1);
                  int done = log.acknowledged().size();
                  if (done < 3) {
                    assertThat(live).isBetween(done, done + 1);
                    assertThat(lastMade).isEqualTo(live - 1);
                  } else {
                    assertThat(live).isBetween(Math.max(0, 5 - done), 6 - done);
                    assertThat(firstMade).isEqualTo(3 - live);
                  }
                  log.stopCrashing();
                  heap.close();
                  return label.toString();
                })
            .explore());
  }
}
