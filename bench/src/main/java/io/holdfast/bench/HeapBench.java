package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.heap.Tx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Small transactions, one per operation, on a heap of 256 MiB: {@code libpmemobj_peer.c} in Java.
 */
final class HeapBench implements Bench {
  private static final String PEER = "libpmemobj";
  private static final long HEAP_BYTES = 256L << 20;
  private static final long ARRAY_BYTES = 192L << 20;
  private static final long ARRAY_WORDS = ARRAY_BYTES / Long.BYTES;
  private static final int TYPE_ROOT = 1;
  private static final int TYPE_ARRAY = 2;
  private static final int TYPE_NODE = 3;

  /** In the root: the newest node, and how many there are. */
  private static final long HEAD = 0;

  private static final long COUNT = 8;
  private static final long ROOT_BYTES = 16;

  /** In a node: the node before it, then the payload. */
  private static final long NEXT = 0;

  private static final long PAYLOAD = 8;
  private static final long NODE_BYTES = 128;

  private static final long MOST_UPDATES = 1_000_000;

  /** So many nodes fit beside the array, with room to spare on both sides. */
  private static final long MOST_NODES = 100_000;

  private final Heap heap;
  private final long root;
  private final long array;
  private final ObjectBench objects;
  private final ListBench list;

  private HeapBench(Heap heap) {
    this.heap = heap;
    long[] made =
        heap.transact(
            () -> {
              Tx tx = heap.tx();
              long newRoot = tx.allocate(ROOT_BYTES, TYPE_ROOT);
              tx.putRoot(heap.reference(newRoot));
              return new long[] {newRoot, tx.allocate(ARRAY_BYTES, TYPE_ARRAY)};
            });
    this.root = made[0];
    this.array = made[1];
    this.objects = new ObjectBench(heap);
    this.list = new ListBench(heap);
  }

  /**
   * Creates the heap.
   *
   * @param folder where its file is created
   */
  static HeapBench open(Path folder) {
    HeapOptions options = HeapOptions.defaults().withSize(HEAP_BYTES).withLimit(HEAP_BYTES);
    return new HeapBench(Heap.create(folder.resolve("heap"), options));
  }

  @Override
  public List<Scenario> scenarios(Peers peers, Extent extent) {
    List<Scenario> scenarios = new ArrayList<>();
    for (int words : new int[] {1, 3, 4}) {
      scenarios.add(
          new Scenario(
              words == 1 ? "update 1 word" : "update %d words".formatted(words),
              "update",
              "a transaction that overwrites words of 8 bytes at random places of an array of"
                  + " 192 MiB in a heap of 256 MiB; all or nothing, durable on return",
              Waiting.OTHER,
              (iterations, seed) -> update(words, iterations, seed),
              PEER,
              peers.workload(PEER, "update", words),
              MOST_UPDATES));
    }
    scenarios.add(
        new Scenario(
            "allocate 128 B + link + count",
            "allocate",
            "a transaction that allocates an object, fills all of it, makes it the head of a list"
                + " and counts it; all or nothing, durable on return",
            Waiting.OTHER,
            this::allocate,
            PEER,
            peers.workload(PEER, "allocate", NODE_BYTES),
            MOST_NODES));
    scenarios.add(
        new Scenario(
            "free",
            "free",
            "a transaction that frees an object of 128 bytes, in random order; durable on return",
            Waiting.OTHER,
            this::free,
            PEER,
            peers.workload(PEER, "free", NODE_BYTES),
            MOST_NODES));
    scenarios.addAll(objects.scenarios(peers, extent));
    scenarios.addAll(list.scenarios(peers));
    return scenarios;
  }

  private long update(int words, long iterations, long seed) {
    long[] targets = new long[words];
    long state = seed;
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      for (int w = 0; w < words; w++) {
        state += RandomSequence.STEP;
        targets[w] = array + RandomSequence.below(state, ARRAY_WORDS) * Long.BYTES;
      }
      long value = state;
      heap.transact(
          () -> {
            Tx tx = heap.tx();
            for (long target : targets) {
              tx.putLong(target, value);
            }
          });
    }
    return System.nanoTime() - begin;
  }

  private long allocate(long iterations, long seed) {
    long state = seed;
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      long value = RandomSequence.number(state);
      heap.transact(() -> push(value));
    }
    long elapsed = System.nanoTime() - begin;
    freeList();
    return elapsed;
  }

  private void push(long value) {
    Tx tx = heap.tx();
    long node = tx.allocate(NODE_BYTES, TYPE_NODE);
    tx.putLong(node + NEXT, heap.getLong(root + HEAD));
    for (long offset = PAYLOAD; offset < NODE_BYTES; offset += Long.BYTES) {
      tx.putLong(node + offset, value + offset);
    }
    tx.putLong(root + HEAD, heap.reference(node));
    tx.putLong(root + COUNT, heap.getLong(root + COUNT) + 1);
  }

  private void freeList() {
    long next = heap.getLong(root + HEAD);
    heap.transact(
        () -> {
          heap.tx().putLong(root + HEAD, 0);
          heap.tx().putLong(root + COUNT, 0);
        });
    while (next != 0) {
      long node = heap.resolve(next);
      next = heap.getLong(node + NEXT);
      heap.transact(() -> heap.tx().free(node));
    }
  }

  private long free(long iterations, long seed) {
    long[] nodes = new long[Math.toIntExact(iterations)];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = heap.transact(() -> heap.tx().allocate(NODE_BYTES, TYPE_NODE));
    }
    RandomSequence.shuffle(nodes, nodes.length, seed);
    long begin = System.nanoTime();
    for (long node : nodes) {
      heap.transact(() -> heap.tx().free(node));
    }
    return System.nanoTime() - begin;
  }

  @Override
  public void close() {
    heap.close();
  }
}
