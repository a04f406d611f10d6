package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.Granularity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several threads with one map, or with several. */
final class MapThreadsTest {
  private static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());
  private static final int KEYS = 400;
  private static final long MIB = 1 << 20;

  private Heap heap;

  static List<Named<Function<Heap, PersistentMap>>> maps() {
    return List.of(
        Named.of("tree", heap -> BPlusTree.create(heap, Kind.LONG, Kind.LONG)),
        Named.of("hash", heap -> HashTable.create(heap, Kind.LONG, Kind.LONG)));
  }

  @BeforeEach
  void createHeap() {
    System.out.println("MapThreadsTest seed " + SEED);
    heap =
        Heap.create(
            Path.of("/pools/threads.heap"),
            HeapOptions.defaults()
                .withSize(4 * MIB)
                .withLimit(64 * MIB)
                .withMedium(SimulatedMedium.of(Granularity.BYTE)));
  }

  @AfterEach
  void closeHeap() {
    heap.close();
  }

  /** Each writer has keys of its own, so that it knows what it must find; readers check pairs. */
  @ParameterizedTest
  @MethodSource("maps")
  void writersAndReaders_ofOneMap_seeWhatTheyMust(Function<Heap, PersistentMap> maker)
      throws Exception {
    PersistentMap map = maker.apply(heap);
    PersistentMap same = map instanceof BPlusTree ? BPlusTree.open(heap, map.reference()) : map;
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> reader = threads.submit(() -> readPairs(map, over));
      Future<?> first = threads.submit(() -> writePairs(map, 0));
      Future<?> second = threads.submit(() -> writePairs(same, 1));
      try {
        first.get();
        second.get();
      } finally {
        over.set(true);
      }
      reader.get();
    }
    assertThat(map.verify()).isEmpty();
  }

  /** A key and its partner above are always there together, with the same value, or not at all. */
  private void writePairs(PersistentMap map, int who) {
    Random random = new Random(SEED + who);
    long[] expected = new long[KEYS];
    for (int i = 0; i < 1500; i++) {
      int number = random.nextInt(KEYS);
      long key = 2L * number + who;
      long partner = key + 2 * KEYS;
      long value = 1L + random.nextInt(1000);
      boolean remove = random.nextInt(3) == 0;
      heap.transact(
          map.locks(),
          () -> {
            assertThat(map.get(key, 0)).isEqualTo(expected[number]);
            if (remove) {
              map.remove(key);
              map.remove(partner);
            } else {
              map.put(key, value);
              map.put(partner, value);
            }
          });
      expected[number] = remove ? 0 : value;
      assertThat(map.get(key, 0)).isEqualTo(expected[number]);
    }
  }

  private void readPairs(PersistentMap map, AtomicBoolean over) {
    Random random = new Random(SEED + 2);
    while (!over.get()) {
      long key = random.nextInt(2 * KEYS);
      map.contains(key);
      heap.read(
          () -> {
            assertThat(map.get(key, 0)).isEqualTo(map.get(key + 2 * KEYS, 0));
            return null;
          });
      if (map instanceof BPlusTree tree) {
        TreeCursor cursor = tree.cursor();
        long last = -1;
        for (boolean there = cursor.first(); there; there = cursor.next()) {
          assertThat(cursor.key()).isGreaterThan(last);
          last = cursor.key();
          assertThat(cursor.value()).isPositive();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  void writers_ofTheirOwnMaps_doNotWaitForEachOther(Function<Heap, PersistentMap> maker)
      throws Exception {
    PersistentMap here = maker.apply(heap);
    PersistentMap there = maker.apply(heap);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      heap.transact(
          here.locks(),
          () -> {
            here.put(1, 1);
            // would wait for ever if it needed anything that this transaction has
            threads.submit(() -> there.put(1, 2)).get();
          });
    }
    assertThat(here.get(1, 0)).isEqualTo(1);
    assertThat(there.get(1, 0)).isEqualTo(2);
  }

  /** Accounts in two maps, whose sum is always the same. */
  @ParameterizedTest
  @MethodSource("maps")
  void transactions_overSeveralMaps_areWhole(Function<Heap, PersistentMap> maker) throws Exception {
    PersistentMap from = maker.apply(heap);
    PersistentMap to = maker.apply(heap);
    from.put(7, 10_000);
    to.put(7, 10_000);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        int who = t;
        running.add(
            threads.submit(
                () -> {
                  Random random = new Random(SEED + who);
                  for (int i = 0; i < 300; i++) {
                    long amount = random.nextInt(20) - 10L;
                    heap.transact(
                        from.locks().and(to.locks()),
                        () -> {
                          from.put(7, from.get(7, 0) - amount);
                          to.put(7, to.get(7, 0) + amount);
                        });
                  }
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    }
    assertThat(from.get(7, 0) + to.get(7, 0)).isEqualTo(20_000);
  }
}
