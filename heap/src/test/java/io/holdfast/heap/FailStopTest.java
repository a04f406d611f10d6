package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.Operation;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.internal.Geometry;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A write or sync that fails ends all promises: nothing is acknowledged afterwards, and opening
 * again shows everything that was, and of the rest whole transactions only.
 */
final class FailStopTest {
  private static final Path PATH = Path.of("/simulated/failing.heap");
  private static final Geometry GEOMETRY = new Geometry(3 << 20, 2, 512, 4096, 4096);
  private static final int SLOTS = 40;
  private static final int TRANSACTIONS = 60;
  private static final int NEVER = Integer.MAX_VALUE;

  /** What a heap has promised. */
  private static final class Acknowledged {
    private int last;
    private final List<PmemException> failures = new ArrayList<>();
  }

  private static HeapOptions options(SimulatedMedium medium) {
    return HeapOptions.defaults()
        .withSize(0)
        .withLimit(GEOMETRY.limitBytes())
        .withMedium(medium)
        .withCheckpoints(Checkpoints.INLINE);
  }

  /** A heap whose root is an array of numbers, 0 at first. */
  private static Heap created(SimulatedMedium medium) {
    Heap heap = Heap.create(PATH, options(medium), GEOMETRY);
    heap.transact(() -> heap.tx().putRoot(heap.reference(heap.tx().allocate(8L * (1 + SLOTS), 0))));
    return heap;
  }

  /**
   * Transaction n writes n to the array's first slot and to one of the others, and puts a new
   * object, small or large, into the place of an old one.
   */
  private static void step(Heap heap, int n) {
    heap.transact(
        () -> {
          Tx tx = heap.tx();
          long array = heap.resolve(heap.root());
          tx.putLong(array, n);
          long slot = array + 8L * (1 + n % SLOTS);
          if (heap.getLong(slot) != 0) {
            tx.free(heap.resolve(heap.getLong(slot)));
          }
          long object = tx.allocate(n % 5 == 0 ? 9000 : n % 5 == 1 ? 2000 : 100, 0);
          tx.putLong(object, n);
          tx.putLong(object + 92, n);
          tx.putLong(slot, heap.reference(object));
        });
  }

  private static Acknowledged run(Heap heap) {
    Acknowledged acknowledged = new Acknowledged();
    for (int n = 1; n <= TRANSACTIONS; n++) {
      try {
        step(heap, n);
        assertThat(acknowledged.failures).as("failures before transaction %d", n).isEmpty();
        acknowledged.last = n;
      } catch (PmemException e) {
        acknowledged.failures.add(e);
      }
    }
    return acknowledged;
  }

  /** {@return how many transactions a reopened heap holds, all of them whole} */
  private static int transactionsIn(SimulatedMedium medium) {
    try (Heap heap = Heap.open(PATH, options(medium))) {
      long array = heap.resolve(heap.root());
      int last = (int) heap.getLong(array);
      for (int n = Math.max(1, last - SLOTS + 1); n <= last; n++) {
        long object = heap.resolve(heap.getLong(array + 8L * (1 + n % SLOTS)));
        assertThat(heap.getLong(object)).isEqualTo(n);
        assertThat(heap.getLong(object + 92)).isEqualTo(n);
      }
      step(heap, last + 1);
      return last;
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"SYNC", "WRITE"})
  void failingCall_whicheverItIs_isTheLastThingThatHappens(Operation operation) {
    for (int call = 1; ; call++) {
      SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
      Heap heap = created(medium);
      medium.failAt(operation, call);
      Acknowledged acknowledged = run(heap);
      PmemException atClose = close(heap);
      medium.failAt(operation, NEVER);
      int found = transactionsIn(medium);
      if (acknowledged.failures.isEmpty()) {
        assertThat(found).isEqualTo(TRANSACTIONS);
        if (atClose == null) {
          assertThat(call).as("calls that failed").isGreaterThan(20);
          return;
        }
        assertThat(atClose).isInstanceOf(HeapFailedException.class);
        continue;
      }
      PmemException first = acknowledged.failures.getFirst();
      assertThat(first)
          .as("%s %d", operation, call)
          .isInstanceOfAny(OutcomeUnknownException.class, HeapFailedException.class);
      assertThat(acknowledged.failures.subList(1, acknowledged.failures.size()))
          .as("%s %d", operation, call)
          .allSatisfy(
              e ->
                  assertThat(e)
                      .isInstanceOf(HeapFailedException.class)
                      .hasMessageContaining(PATH.toString())
                      .hasMessageContaining("EIO"));
      assertThat(found)
          .as("%s %d: transactions after opening again", operation, call)
          .isBetween(
              acknowledged.last,
              acknowledged.last + (first instanceof OutcomeUnknownException ? 1 : 0));
    }
  }

  private static @Nullable PmemException close(Heap heap) {
    try {
      heap.close();
      return null;
    } catch (PmemException e) {
      return e;
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void growth_noSpace_abortsThatTransactionOnly(Granularity granularity) {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    try (Heap heap = created(medium)) {
      long before = heap.size();
      medium.failAt(Operation.ALLOCATE, 1);
      assertThatThrownBy(() -> fill(heap, 1_500_000)).isInstanceOf(OutOfSpaceException.class);
      assertThat(heap.size()).isEqualTo(before);
      step(heap, 1);
      fill(heap, 1_500_000);
      assertThat(heap.size()).isGreaterThan(before);
    }
    assertThat(transactionsIn(medium)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void growth_syncFails_failsTheHeap(Granularity granularity) {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    try (Heap heap = created(medium)) {
      step(heap, 1);
      medium.failAt(Operation.SYNC, 1);
      assertThatThrownBy(() -> fill(heap, 1_500_000)).isInstanceOf(HeapFailedException.class);
      assertThatThrownBy(() -> step(heap, 2)).isInstanceOf(HeapFailedException.class);
    }
    assertThat(transactionsIn(medium)).isEqualTo(1);
  }

  private static void fill(Heap heap, long bytes) {
    heap.transact(() -> heap.tx().allocate(bytes, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void recovery_callFails_openThrowsAndTheNextOneRecovers(int call) {
    for (Operation operation : new Operation[] {Operation.SYNC, Operation.WRITE}) {
      SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
      Heap heap = created(medium);
      step(heap, 1);
      medium.failAt(Operation.SYNC, 1); // so that closing writes nothing home
      assertThatThrownBy(heap::close).isInstanceOf(HeapFailedException.class);

      medium.failAt(operation, call);
      try (Heap reopened = Heap.open(PATH, options(medium))) {
        assertThat(call).as("calls of recovery").isGreaterThan(2);
        assertThat(reopened.getLong(reopened.resolve(reopened.root()))).isEqualTo(1);
        medium.failAt(operation, NEVER);
      } catch (PmemException e) {
        assertThat(e).hasMessageContaining("EIO");
      }
      medium.failAt(operation, NEVER);
      assertThat(transactionsIn(medium)).isEqualTo(1);
    }
  }

  @Test
  void failedHeap_canStillBeReadAndClosed() {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    Heap heap = created(medium);
    step(heap, 1);
    medium.failAt(Operation.WRITE, 1);
    assertThatThrownBy(() -> step(heap, 2)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(heap.root()).isNotZero();
    assertThat(heap.<Boolean, RuntimeException>read(() -> heap.isLive(heap.root()))).isTrue();
    heap.close();
    heap.close();
    assertThat(transactionsIn(medium)).isBetween(1, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20})
  void groupCommit_syncFails_noThreadIsToldThatItIsDurable(int call) throws Exception {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    Heap heap = created(medium);
    long array = heap.resolve(heap.root());
    medium.failAt(Operation.WRITE, call);
    List<Future<Integer>> threads = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        long slot = array + 8L * i;
        threads.add(executor.submit(() -> countUntilFailure(heap, slot)));
      }
    }
    close(heap);
    medium.failAt(Operation.WRITE, NEVER);
    try (Heap reopened = Heap.open(PATH, options(medium))) {
      for (int i = 0; i < 8; i++) {
        int acknowledged = threads.get(i).get();
        assertThat(reopened.getLong(array + 8L * i))
            .isBetween(0L + acknowledged, acknowledged + 1L);
      }
    }
  }

  private static int countUntilFailure(Heap heap, long slot) {
    for (int done = 0; ; done++) {
      int next = done + 1;
      try {
        heap.transact(Locks.NONE, () -> heap.tx().putLong(slot, next));
      } catch (OutcomeUnknownException | HeapFailedException e) {
        assertThatThrownBy(() -> heap.transact(Locks.NONE, () -> {}))
            .isInstanceOf(HeapFailedException.class);
        return done;
      }
    }
  }

  @Test
  void unknownOutcome_runsNeitherOnDurableNorOnAbort() {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    try (Heap heap = created(medium)) {
      List<String> events = new ArrayList<>();
      medium.failAt(Operation.WRITE, 1);
      assertThatThrownBy(
              () ->
                  heap.transact(
                      () -> {
                        heap.tx().putRoot(0);
                        heap.tx().onDurable(() -> events.add("durable"));
                        heap.tx().onAbort(() -> events.add("aborted"));
                      }))
          .isInstanceOf(OutcomeUnknownException.class);
      assertThat(events).isEmpty();
    }
  }
}
