package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.audit;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.root;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.heap.Content;
import io.holdfast.heap.ObjectList;
import io.holdfast.pmem.Granularity;
import java.util.Arrays;
import java.util.List;
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

  /**
   * One object from a block to pages, longer and shorter in its place, back to a block, and away.
   */
  @ParameterizedTest
  @EnumSource
  void reallocate_isAllOrNothing(Granularity granularity) {
    int[] sizes = {40, 9000, 20_000, 10_000, 100, 0};
    report(
        "reallocate",
        granularity,
        crash(granularity)
            .samples(8)
            .prepare(
                (medium, _) -> {
                  HeapCore heap = TinyHeap.create(medium);
                  long root = allocateRoot(heap, 64);
                  new ObjectOperations(heap)
                      .allocate(
                          40, 2, Content.ZEROED, root, (tx, made) -> tx.putLong(made + 8, 88));
                  leaveBytesBehind(heap);
                })
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  ObjectOperations objects = new ObjectOperations(heap);
                  long root = root(heap);
                  for (int i = 1; i < sizes.length; i++) {
                    objects.reallocateIn(root, sizes[i], i + 2);
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long object = heap.resolve(heap.getLong(root(heap)));
                  int step =
                      object == 0 ? sizes.length - 1 : ObjectHeader.type(heap.headerAt(object)) - 2;
                  assertThat(step)
                      .isBetween(log.acknowledged().size(), log.acknowledged().size() + 1);
                  assertThat(audit(heap, geometry(1))).hasSize(object == 0 ? 1 : 2);
                  if (object != 0) {
                    assertThat(heap.usableSize(object))
                        .isBetween((long) sizes[step], sizes[step] + 4200L);
                    assertThat(heap.getLong(object + 8)).isEqualTo(88);
                    for (int at = 48; at + 8 <= sizes[step]; at += 8) {
                      if (at < 9000 || at >= 12_272) { // all it had before it grew
                        assertThat(heap.getLong(object + at)).isZero();
                      }
                    }
                  }
                  log.stopCrashing();
                  heap.close();
                  return "" + step;
                })
            .explore());
  }

  /** Two objects are reserved and filled, a third is freed, and a word is set, in one record. */
  @ParameterizedTest
  @EnumSource
  void publish_isAllOrNothing(Granularity granularity) {
    report(
        "publish",
        granularity,
        crash(granularity)
            .prepare(
                (medium, _) -> {
                  HeapCore heap = TinyHeap.create(medium);
                  new ObjectOperations(heap).allocate(40, 2, allocateRoot(heap, 64));
                })
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  ActionBatch dropped = new ActionBatch(heap);
                  dropped.putLong(dropped.reserve(9000, 3, Content.ZEROED), 1);
                  dropped.reserve(40, 3, Content.ZEROED);
                  try (ActionBatch actions = new ActionBatch(heap)) {
                    long small = actions.reserve(40, 4, Content.ZEROED);
                    long large = actions.reserve(9000, 5, Content.UNDEFINED);
                    actions.putLong(small, large);
                    actions.putLong(large + 4000, small);
                    actions.free(heap.resolve(heap.getLong(root)));
                    actions.putLong(root, actions.reference(small));
                    actions.putLong(root + 8, actions.reference(large));
                    log.acknowledge("prepared");
                    actions.publish();
                    log.acknowledge("published");
                  }
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  long root = root(heap);
                  long first = heap.resolve(heap.getLong(root));
                  long large = heap.resolve(heap.getLong(root + 8));
                  if (large != 0) {
                    assertThat(heap.getLong(first)).isEqualTo(large);
                    assertThat(heap.getLong(large + 4000)).isEqualTo(first);
                    assertThat(audit(heap, geometry(1)))
                        .containsOnlyKeys(root, first, large)
                        .containsEntry(first, 4)
                        .containsEntry(large, 5);
                  } else {
                    assertThat(log.hasAcknowledged("published")).isFalse();
                    assertThat(audit(heap, geometry(1)))
                        .containsOnlyKeys(root, first)
                        .containsEntry(first, 2);
                  }
                  log.stopCrashing();
                  heap.close();
                  return large != 0 ? "published" : "as before";
                })
            .explore());
  }

  /** Each list operation once, between two lists. */
  @ParameterizedTest
  @EnumSource
  void listOperations_areAllOrNothing(Granularity granularity) {
    List<String> expected = List.of("|", "1|", "12|", "312|", "12|3", "2|3", "2|", "21|", "|12");
    report(
        "list operations",
        granularity,
        crash(granularity)
            .samples(8)
            .prepare(
                (medium, _) -> {
                  HeapCore heap = TinyHeap.create(medium);
                  allocateRoot(heap, 64);
                })
            .run(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  ObjectList list = new LinkedObjects(heap, root(heap), 8, null);
                  ObjectList second = new LinkedObjects(heap, root(heap) + 8, 8, null);
                  long one = list.insertNewFirst(40, 2, (tx, made) -> tx.putLong(made, 1));
                  log.acknowledge("1");
                  long two = list.insertNewAfter(40, 2, one, (tx, made) -> tx.putLong(made, 2));
                  log.acknowledge("2");
                  long three = list.insertNewFirst(40, 2, (tx, made) -> tx.putLong(made, 3));
                  log.acknowledge("3");
                  second.moveLast(three, list);
                  log.acknowledge("4");
                  list.remove(one);
                  log.acknowledge("5");
                  second.removeAndFree(three);
                  log.acknowledge("6");
                  list.insertLast(one);
                  log.acknowledge("7");
                  heap.transact(
                      null,
                      () -> {
                        second.moveFirst(two, list);
                        second.moveBefore(one, two, list);
                        return 0;
                      });
                  log.acknowledge("8");
                })
            .check(
                (medium, log) -> {
                  HeapCore heap = TinyHeap.open(medium);
                  String found = listAt(heap, root(heap)) + "|" + listAt(heap, root(heap) + 8);
                  int done = log.acknowledged().size();
                  assertThat(found)
                      .isIn(expected.subList(done, Math.min(done + 2, expected.size())));
                  int live = found.equals("|") ? 0 : found.equals("1|") ? 1 : -1;
                  if (live >= 0) {
                    assertThat(audit(heap, geometry(1))).hasSize(live + 1);
                  }
                  log.stopCrashing();
                  heap.close();
                  return found;
                })
            .explore());
  }

  /** {@return the elements' numbers, and that both directions agree} */
  private static String listAt(HeapCore heap, long header) {
    ObjectList list = new LinkedObjects(heap, header, 8, null);
    StringBuilder forwards = new StringBuilder();
    for (long element = list.first(); element != 0; element = list.next(element)) {
      forwards.append(heap.getLong(element));
    }
    StringBuilder backwards = new StringBuilder();
    for (long element = list.last(); element != 0; element = list.previous(element)) {
      backwards.append(heap.getLong(element));
    }
    assertThat(backwards.reverse()).hasToString(forwards.toString());
    return forwards.toString();
  }

  /** Space that is free and does not hold zeros, so that zeros that are not durable are missed. */
  private static void leaveBytesBehind(HeapCore heap) {
    byte[] bytes = new byte[40_000];
    Arrays.fill(bytes, (byte) -1);
    ObjectOperations objects = new ObjectOperations(heap);
    objects.free(
        objects.allocate(
            bytes.length,
            2,
            Content.UNDEFINED,
            0,
            (tx, made) -> tx.putBytes(made, bytes, 0, bytes.length)));
    heap.close();
  }
}
