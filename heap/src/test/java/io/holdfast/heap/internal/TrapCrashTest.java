package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.audit;
import static io.holdfast.heap.internal.TinyHeap.compute;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.root;
import static io.holdfast.heap.internal.TinyHeap.transact;
import static io.holdfast.heap.internal.TinyHeap.tx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Locks;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The traps that a redo journal sets its author, each by its number and name. */
class TrapCrashTest {

  private static CrashExploration crash(Granularity granularity) {
    return CrashExploration.of(granularity).exhaustiveUpTo(256).samples(8).samplesInRecovery(4);
  }

  /** Fills the heap with objects of {@code bytes} until it is full; {@return their addresses} */
  private static List<Long> fill(HeapCore heap, long bytes) {
    List<Long> filled = new ArrayList<>();
    while (true) {
      try {
        filled.add(compute(heap, () -> tx(heap).allocate(bytes, 8)));
      } catch (OutOfSpaceException e) {
        return filled;
      }
    }
  }

  /**
   * An object is written through the journal, freed, and its place used at once for one that is
   * filled in place: a replay of the old record must not reach it.
   */
  @ParameterizedTest
  @EnumSource
  void trap1_staleReplay_freedSpaceWaitsForTheWatermark(Granularity granularity) {
    crash(granularity)
        .prepare(
            (medium, _) -> {
              HeapCore heap = TinyHeap.create(medium);
              long root = allocateRoot(heap, 64);
              long old = compute(heap, () -> tx(heap).allocate(3000, 2));
              fill(heap, 3000); // so that only the freed place is left
              transact(heap, () -> tx(heap).putLong(root, heap.reference(old)));
              heap.close();
            })
        .run(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long root = root(heap);
              long old = heap.resolve(heap.getLong(root));
              transact(heap, () -> tx(heap).putLong(old + 1000, 0x0BAD));
              transact(
                  heap,
                  () -> {
                    tx(heap).putLong(old + 2000, 0x0BAD);
                    tx(heap).free(old);
                    tx(heap).putLong(root, 0);
                  });
              long made =
                  compute(
                      heap,
                      () -> {
                        long address = tx(heap).allocate(3000, 3);
                        tx(heap).putLong(root, heap.reference(address));
                        return address;
                      });
              assertThat(made).isEqualTo(old);
              log.acknowledge("made");
            })
        .check(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long now = heap.resolve(heap.getLong(root(heap)));
              if (now != 0 && ObjectHeader.type(heap.headerAt(now)) == 3) {
                assertThat(heap.getLong(now + 1000)).isZero();
                assertThat(heap.getLong(now + 2000)).isZero();
                return "new";
              }
              assertThat(log.hasAcknowledged("made")).isFalse();
              return now == 0 ? "freed" : "old";
            })
        .explore()
        .assertConsistent();
  }

  /**
   * What is filled in place is recorded as soon as it is committed, and never both in one
   * transaction.
   */
  @ParameterizedTest
  @EnumSource
  void trap2_directStores_areNeverMixedWithTheJournals(Granularity granularity) {
    crash(granularity)
        .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
        .run(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long root = root(heap);
              long made =
                  compute(
                      heap,
                      () -> {
                        long address = tx(heap).allocate(2000, 2);
                        tx(heap).putLong(address + 1992, 1);
                        tx(heap).putInt(address + 8, 1);
                        tx(heap).putLong(root, heap.reference(address));
                        tx(heap).putInt(address + 12, 1);
                        return address;
                      });
              log.acknowledge("1");
              for (int i = 2; i <= 3; i++) {
                int value = i;
                transact(
                    heap,
                    () -> {
                      tx(heap).putLong(made + 1992, value);
                      tx(heap).putInt(made + 8, value);
                      tx(heap).putInt(made + 12, value);
                    });
                log.acknowledge("" + i);
              }
            })
        .check(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long made = heap.resolve(heap.getLong(root(heap)));
              long value = made == 0 ? 0 : heap.getLong(made + 1992);
              if (made != 0) {
                assertThat(value).isPositive();
                assertThat(heap.getInt(made + 8)).isEqualTo((int) value);
                assertThat(heap.getInt(made + 12)).isEqualTo((int) value);
              }
              assertThat(value).isGreaterThanOrEqualTo(log.acknowledged().size());
              return "" + value;
            })
        .explore()
        .assertConsistent();
  }

  /** Two threads take and free blocks whose bits share a word. */
  @ParameterizedTest
  @EnumSource
  void trap3_twoBitsInOneWord_neitherIsLost(Granularity granularity) {
    crash(granularity)
        .samples(4)
        .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
        .run(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long root = root(heap);
              inTwoThreads(
                  me -> {
                    long slot = root + 8L * me;
                    for (int i = 0; i < 4; i++) {
                      heap.transact(
                          Locks.NONE,
                          () -> {
                            long old = heap.resolve(heap.getLong(slot));
                            if (old != 0) {
                              tx(heap).free(old);
                            }
                            long made = tx(heap).allocate(24, 2);
                            tx(heap).putLong(slot, heap.reference(made));
                            return null;
                          });
                      log.acknowledge("" + me);
                    }
                  });
            })
        .check(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              Map<Long, Integer> objects = audit(heap, geometry(1));
              int expected = 1;
              for (int me = 0; me < 2; me++) {
                long made = heap.resolve(heap.getLong(root(heap) + 8L * me));
                assertThat(made != 0 || !log.hasAcknowledged("" + me)).isTrue();
                expected += made == 0 ? 0 : 1;
              }
              assertThat(objects).hasSize(expected);
              return expected + " objects";
            })
        .explore()
        .assertConsistent();
  }

  /** A slab made for a transaction that is not yet durable serves another that is. */
  @ParameterizedTest
  @EnumSource
  void trap4_volatileStateHandedOver_isDurableBeforeItsUse(Granularity granularity) {
    crash(granularity)
        .prepare((medium, _) -> allocateRoot(TinyHeap.create(medium), 64))
        .run(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long root = root(heap);
              CountDownLatch slabMade = new CountDownLatch(1);
              CountDownLatch otherDone = new CountDownLatch(1);
              Thread first =
                  Thread.ofPlatform()
                      .start(
                          () ->
                              assertThatThrownBy(
                                      () ->
                                          heap.transact(
                                              Locks.NONE,
                                              () -> {
                                                tx(heap).allocate(500, 2);
                                                slabMade.countDown();
                                                otherDone.await();
                                                throw new InterruptedException("abort");
                                              }))
                                  .isInstanceOf(InterruptedException.class));
              slabMade.await();
              heap.transact(
                  Locks.NONE,
                  () -> {
                    long made = tx(heap).allocate(500, 3);
                    tx(heap).putLong(root, heap.reference(made));
                    return null;
                  });
              log.acknowledge("made");
              otherDone.countDown();
              first.join();
            })
        .check(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long made = heap.resolve(heap.getLong(root(heap)));
              assertThat(made != 0 || !log.hasAcknowledged("made")).isTrue();
              assertThat(audit(heap, geometry(1))).hasSize(made == 0 ? 1 : 2);
              return made == 0 ? "absent" : "made";
            })
        .explore()
        .assertConsistent();
  }

  /**
   * A record of many times the ring goes to extents; one for which there is no room fails and
   * leaves no trace.
   */
  @ParameterizedTest
  @EnumSource
  void trap5_recordLargerThanTheRing_continuesInExtentsOrFailsCleanly(Granularity granularity) {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    HeapCore heap = TinyHeap.create(medium);
    long root = allocateRoot(heap, 60_000);
    for (int round = 1; round <= 20; round++) {
      int value = round;
      transact(heap, () -> putEverySecondLong(heap, root, value));
    }
    List<Long> filled = fill(heap, 1000);
    fill(heap, 9000);
    assertThatThrownBy(
            () ->
                transact(
                    heap,
                    () -> {
                      putEverySecondLong(heap, root, -1);
                      for (long address : filled) {
                        for (int at = 0; at < 1000; at += 16) {
                          tx(heap).putLong(address + at, -1);
                        }
                      }
                    }))
        .isInstanceOf(OutOfSpaceException.class);
    Map<Long, Integer> before = audit(heap, geometry(1));
    heap.close();
    HeapCore reopened = TinyHeap.open(medium);
    assertThat(audit(reopened, geometry(1))).isEqualTo(before);
    for (int at = 0; at < 60_000 - 8; at += 16) {
      assertThat(reopened.getLong(root + at)).isEqualTo(20);
    }
    filled.forEach(address -> assertThat(reopened.getLong(address)).isZero());
    reopened.close();
  }

  private static void putEverySecondLong(HeapCore heap, long address, long value) {
    for (int at = 0; at < 60_000 - 8; at += 16) {
      tx(heap).putLong(address + at, value);
    }
  }

  /** On a full heap freeing works, one by one and all at once, and what fails changes nothing. */
  @ParameterizedTest
  @EnumSource
  void trap6_fullPool_freeingAlwaysWorks(Granularity granularity) {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    HeapCore heap = TinyHeap.create(medium, 2);
    long root = allocateRoot(heap, 64);
    List<Long> large = fill(heap, 20_000);
    List<Long> small = fill(heap, 200);
    assertThat(heap.size()).isEqualTo(heap.limit());
    Map<Long, Integer> full = audit(heap, geometry(2));

    assertThatThrownBy(
            () ->
                transact(
                    heap,
                    () -> {
                      tx(heap).putLong(root, 1);
                      tx(heap).free(small.getFirst());
                      tx(heap).allocate(200, 1);
                      tx(heap).allocate(20_000, 1);
                    }))
        .isInstanceOf(OutOfSpaceException.class);
    assertThat(audit(heap, geometry(2))).isEqualTo(full);
    assertThat(heap.getLong(root)).isZero();

    transact(heap, () -> tx(heap).free(small.removeFirst()));
    assertThat((long) compute(heap, () -> tx(heap).allocate(200, 8))).isPositive();
    transact(heap, () -> tx(heap).free(large.removeFirst()));
    transact(heap, () -> small.forEach(tx(heap)::free));
    large.forEach(address -> transact(heap, () -> tx(heap).free(address)));
    assertThat(audit(heap, geometry(2))).hasSize(2);
    heap.close();
    HeapCore reopened = TinyHeap.open(medium);
    assertThat(fill(reopened, 20_000)).hasSizeGreaterThanOrEqualTo(large.size());
    reopened.close();
  }

  /** Crashes in the checkpoint, in the recovery after it, and in the transactions after that. */
  @ParameterizedTest
  @EnumSource
  void trap7_sequenceWatermarkAndSalt_surviveCrashesInRecovery(Granularity granularity) {
    crash(granularity)
        .crashesInRecovery(2)
        .statesAtMost(30_000)
        .prepare(
            (medium, _) -> {
              HeapCore heap = TinyHeap.create(medium);
              long root = allocateRoot(heap, 64);
              for (int i = 0; i < (granularity == Granularity.PAGE ? 20 : 6); i++) {
                increment(heap, root); // the next one checkpoints
              }
            })
        .run(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long root = root(heap);
              for (int i = 0; i < 3; i++) {
                log.acknowledge("" + increment(heap, root));
                heap.journal().checkpoint();
              }
            })
        .check(
            (medium, log) -> {
              HeapCore heap = TinyHeap.open(medium);
              long root = root(heap);
              long found = heap.getLong(root);
              for (String seen : log.acknowledged()) {
                assertThat(found).isGreaterThanOrEqualTo(Long.parseLong(seen));
              }
              log.acknowledge("" + increment(heap, root)); // crashed as well
              heap.journal().checkpoint();
              log.acknowledge("" + increment(heap, root));
              return "" + found;
            })
        .explore()
        .assertConsistent();
  }

  private static long increment(HeapCore heap, long root) {
    return compute(
        heap,
        () -> {
          long next = heap.getLong(root) + 1;
          tx(heap).putLong(root, next);
          return next;
        });
  }

  /** Four fields in one word under four locks, written at once. */
  @ParameterizedTest
  @EnumSource
  void trap8_neighbours_inOneWordDoNotLoseEachOthersBytes(Granularity granularity)
      throws InterruptedException {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    HeapCore heap = TinyHeap.create(medium);
    long root = allocateRoot(heap, 64);
    int rounds = 2000;
    inTwoThreads(
        me -> {
          Locks mine = Locks.of(new ReentrantLock());
          for (int i = 1; i <= rounds; i++) {
            int value = i;
            heap.transact(
                mine,
                () -> {
                  assertThat(heap.getShort(root + 2L * me)).isEqualTo((short) (value - 1));
                  tx(heap).putShort(root + 2L * me, (short) value);
                  tx(heap).putByte(root + 4 + me, (byte) value);
                  return null;
                });
          }
        });
    for (int me = 0; me < 2; me++) {
      assertThat(heap.getShort(root + 2L * me)).isEqualTo((short) rounds);
      assertThat(heap.getByte(root + 4 + me)).isEqualTo((byte) rounds);
    }
    heap.close();
    HeapCore reopened = TinyHeap.open(medium);
    assertThat(reopened.getInt(root)).isEqualTo(rounds << 16 | rounds);
    reopened.close();
  }

  /**
   * A crash after the file has grown and before the heap knows leaves a longer file, which is
   * accepted.
   */
  @ParameterizedTest
  @EnumSource
  void trap9_growth_acceptsAFileLongerThanRecorded(Granularity granularity) {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    HeapCore heap = TinyHeap.createSmallest(medium);
    long root = allocateRoot(heap, 64);
    heap.close();
    long recorded = heap.size();
    try (PmemFile file = medium.open(TinyHeap.FILE, FileAccess.READ_WRITE)) {
      file.allocate(recorded, geometry(2).limitBytes() - recorded);
      file.sync();
    }
    HeapCore reopened = TinyHeap.open(medium);
    assertThat(reopened.size()).isEqualTo(recorded);
    long made = compute(reopened, () -> tx(reopened).allocate(100_000, 1));
    assertThat(reopened.size()).isGreaterThan(recorded);
    transact(reopened, () -> tx(reopened).putLong(root, made));
    reopened.close();
    HeapCore again = TinyHeap.open(medium);
    assertThat(again.getLong(root)).isEqualTo(made);
    again.close();
  }

  private interface Work {
    void run(int me) throws Exception;
  }

  /** Runs {@code work} as 0 and 1, started together, and fails if one of them does. */
  private static void inTwoThreads(Work work) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(2);
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      int me = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      start.countDown();
                      start.await();
                      work.run(me);
                    } catch (Throwable e) {
                      synchronized (failures) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }
}
