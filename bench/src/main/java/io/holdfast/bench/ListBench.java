package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapObjects;
import io.holdfast.heap.ObjectList;
import java.util.List;

/** A doubly linked list whose links lie in its elements, in the heap of {@link HeapBench}. */
final class ListBench {
  private static final String PEER = "libpmemobj";
  private static final int TYPE_HEADER = 6;
  private static final int TYPE_ELEMENT = 7;
  private static final int ELEMENT_BYTES = 64;
  private static final int MOST_ELEMENTS = 20_000;

  private final HeapObjects objects;
  private final ObjectList list;
  private final long[] elements = new long[MOST_ELEMENTS];

  ListBench(Heap heap) {
    this.objects = heap.objects();
    long header = objects.allocate(ObjectList.HEADER_BYTES, TYPE_HEADER, 0);
    this.list = heap.list(header, 0);
  }

  List<Scenario> scenarios(Peers peers) {
    return List.of(
        new Scenario(
            "list insert",
            "list insert",
            "an object of 64 bytes becomes the first of a doubly linked list; all or nothing,"
                + " durable on return",
            Waiting.OTHER,
            this::insert,
            PEER,
            peers.workload(PEER, "list_insert", ELEMENT_BYTES),
            MOST_ELEMENTS),
        new Scenario(
            "list remove",
            "list remove",
            "an element is taken out of a doubly linked list, in random order; all or nothing,"
                + " durable on return",
            Waiting.OTHER,
            this::remove,
            PEER,
            peers.workload(PEER, "list_remove", ELEMENT_BYTES),
            MOST_ELEMENTS));
  }

  private long insert(long iterations, long seed) {
    int count = allocate(iterations);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      list.insertFirst(elements[i]);
    }
    long elapsed = System.nanoTime() - begin;
    for (int i = 0; i < count; i++) {
      list.removeAndFree(elements[i]);
    }
    return elapsed;
  }

  private long remove(long iterations, long seed) {
    int count = allocate(iterations);
    for (int i = 0; i < count; i++) {
      list.insertFirst(elements[i]);
    }
    RandomSequence.shuffle(elements, count, seed);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      list.remove(elements[i]);
    }
    long elapsed = System.nanoTime() - begin;
    for (int i = 0; i < count; i++) {
      objects.free(elements[i]);
    }
    return elapsed;
  }

  private int allocate(long iterations) {
    int count = Math.toIntExact(iterations);
    for (int i = 0; i < count; i++) {
      elements[i] = objects.allocate(ELEMENT_BYTES, TYPE_ELEMENT, 0);
    }
    return count;
  }
}
