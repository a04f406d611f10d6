package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import io.holdfast.collections.BPlusTree;
import io.holdfast.collections.HashTable;
import io.holdfast.collections.Kind;
import io.holdfast.collections.PersistentMap;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The maps of {@code collections} against those that libpmemobj ships as examples: {@code
 * libpmemobj_maps_peer.c} in Java. Of several peers a row has the one that is fastest at it.
 */
final class MapBench implements Bench {
  /** The peer program, which holds all of the peers. */
  static final String PEER = "libpmemobj_maps";

  /** What all pools of both sides take at most, in bytes. */
  static final long POOL_BYTES = 2600L << 20;

  private static final long HEAP_BYTES = 256L << 20;
  private static final List<String> TREES = List.of("btree", "ctree", "rbtree", "skiplist");
  private static final List<String> TABLES = List.of("hashmap_tx", "hashmap_atomic");

  /** The maps' own keys are the numbers that follow this state. */
  private static final long OWN_KEYS = 0xd1b54a32d192ed03L;

  /** Odd, so that multiples of it meet every key of a map once. */
  private static final long STRIDE = 0x9e3779b1L;

  private static final int MOST_ITERATIONS = 1 << 14;
  private static final int TRIAL_KEYS = 1 << 12;
  private static final int TRIALS = 3;
  private static final int TRIAL_ITERATIONS = 1000;

  /** What is so much slower than the best on a few keys is not filled with many. */
  private static final int HOPELESS = 3;

  private final Heap heap;

  private MapBench(Heap heap) {
    this.heap = heap;
  }

  /**
   * Creates the heap.
   *
   * @param folder where its file is created
   */
  static MapBench open(Path folder) {
    HeapOptions options = HeapOptions.defaults().withSize(HEAP_BYTES).withLimit(HEAP_BYTES);
    return new MapBench(Heap.create(folder.resolve("maps"), options));
  }

  @Override
  public List<Scenario> scenarios(Peers peers, Extent extent) {
    int keys =
        switch (extent) {
          case QUICK -> 1 << 15;
          case FULL -> 1 << 20;
        };
    List<Scenario> scenarios = new ArrayList<>();
    PersistentMap tree = filled(BPlusTree.create(heap, Kind.LONG, Kind.LONG), keys);
    PersistentMap table = filled(HashTable.create(heap, Kind.LONG, Kind.LONG), keys);
    addRows(scenarios, "B+ tree", tree, keys, TREES, peers);
    addRows(scenarios, "hash table", table, keys, TABLES, peers);
    return scenarios;
  }

  private static PersistentMap filled(PersistentMap map, int keys) {
    for (int i = 0; i < keys; i++) {
      map.put(ownKey(i), 1);
    }
    return map;
  }

  private static void addRows(
      List<Scenario> scenarios,
      String name,
      PersistentMap map,
      int keys,
      List<String> candidates,
      Peers peers) {
    List<String> able = able(candidates, peers);
    scenarios.add(
        row(
            name + " insert",
            "a transaction that adds a random key to a map of %d".formatted(keys)
                + "; all or nothing, durable on return; one fence on our side",
            (iterations, seed) -> insert(map, iterations, seed),
            best(able, "insert", keys, peers)));
    scenarios.add(
        row(
            name + " get",
            "the value of a random key of %d that are there; no fence".formatted(keys),
            (iterations, seed) -> get(map, keys, iterations, seed),
            best(able, "get", keys, peers)));
    scenarios.add(
        row(
            name + " remove",
            "a transaction that takes a random key out of a map of %d".formatted(keys)
                + "; all or nothing, durable on return; one fence on our side",
            (iterations, seed) -> remove(map, keys, iterations, seed),
            best(able, "remove", keys, peers)));
  }

  /** A peer's map, at one operation. */
  private record Candidate(String name, Optional<Workload> work) {}

  private static Scenario row(String name, String work, Workload ours, Candidate peer) {
    return new Scenario(
        name, name, work, Waiting.OTHER, ours, peer.name(), peer.work(), MOST_ITERATIONS);
  }

  /** {@return those that are not hopelessly slow on a few keys} */
  private static List<String> able(List<String> candidates, Peers peers) {
    List<String> able = new ArrayList<>(candidates);
    long best = Long.MAX_VALUE;
    long[] nanos = new long[candidates.size()];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = trial(peers.workload(PEER, candidates.get(i) + "_insert", TRIAL_KEYS));
      best = Math.min(best, nanos[i]);
    }
    for (int i = 0; i < nanos.length; i++) {
      if (nanos[i] / HOPELESS > best) {
        able.remove(candidates.get(i));
      }
    }
    return able;
  }

  private static Candidate best(List<String> able, String operation, int keys, Peers peers) {
    Candidate best = new Candidate("libpmemobj", Optional.empty());
    long least = Long.MAX_VALUE;
    for (String name : able) {
      Optional<Workload> work = peers.workload(PEER, name + "_" + operation, keys);
      long nanos = trial(work);
      if (nanos < least) {
        least = nanos;
        best = new Candidate("libpmemobj's " + name, work);
      }
    }
    return best;
  }

  /** {@return the time of the fastest of a few turns, none for no peer} */
  private static long trial(Optional<Workload> work) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TRIALS && work.isPresent(); i++) {
      try {
        least = Math.min(least, work.get().nanos(TRIAL_ITERATIONS, RandomSequence.number(i)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return least;
  }

  // ---- the operations

  private static long ownKey(long index) {
    return RandomSequence.number(OWN_KEYS + (index + 1) * RandomSequence.STEP);
  }

  /** Inserts keys that are not there; they are removed again when the time is taken. */
  private static long insert(PersistentMap map, long iterations, long seed) {
    long state = seed;
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      map.put(RandomSequence.number(state), 1);
    }
    long elapsed = System.nanoTime() - begin;
    state = seed;
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      map.remove(RandomSequence.number(state));
    }
    return elapsed;
  }

  private static long get(PersistentMap map, int keys, long iterations, long seed) {
    long first = RandomSequence.number(seed + RandomSequence.STEP);
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      if (map.get(ownKey((first + i * STRIDE) & (keys - 1)), 0) == 0) {
        throw new AssertionError("lost a key");
      }
    }
    return System.nanoTime() - begin;
  }

  /** Removes keys that are there; they are inserted again when the time is taken. */
  private static long remove(PersistentMap map, int keys, long iterations, long seed) {
    long first = RandomSequence.number(seed + RandomSequence.STEP);
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      map.remove(ownKey((first + i * STRIDE) & (keys - 1)));
    }
    long elapsed = System.nanoTime() - begin;
    for (long i = 0; i < iterations; i++) {
      map.put(ownKey((first + i * STRIDE) & (keys - 1)), 1);
    }
    return elapsed;
  }

  @Override
  public void close() {
    heap.close();
  }
}
