package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import io.holdfast.heap.Content;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapObjects;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects allocated into a slot and freed from it without a transaction around it, in the heap of
 * {@link HeapBench}.
 */
final class ObjectBench {
  private static final String PEER = "libpmemobj";
  private static final int TYPE_SLOTS = 4;
  private static final int TYPE_OBJECT = 5;
  private static final int MOST_OBJECTS = 50_000;

  /** So much fits beside the array, on both sides. */
  private static final long MOST_BYTES = 32L << 20;

  private final HeapObjects objects;
  private final long slots;
  private final long[] shuffled = new long[MOST_OBJECTS];

  ObjectBench(Heap heap) {
    this.objects = heap.objects();
    this.slots = objects.allocate((long) MOST_OBJECTS * Long.BYTES, TYPE_SLOTS, 0);
  }

  List<Scenario> scenarios(Peers peers, Extent extent) {
    int[] sizes =
        switch (extent) {
          case QUICK -> new int[] {64, 1024, 16 << 10, 128 << 10};
          case FULL ->
              new int[] {64, 128, 256, 512, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 128 << 10};
        };
    List<Scenario> scenarios = new ArrayList<>();
    for (int size : sizes) {
      scenarios.add(
          scenario(
              "allocate and publish " + bytes(size),
              "atomic allocate",
              "an object that is allocated, not filled, and a reference to it stored to a slot in"
                  + " another object, without a transaction around it; both or neither, durable on"
                  + " return",
              (iterations, seed) -> allocate(size, iterations),
              peers,
              "atomic_allocate",
              size));
    }
    for (int size : sizes) {
      scenarios.add(
          scenario(
              "free " + bytes(size),
              "atomic free",
              "an object that a slot refers to is freed, in random order, and the slot cleared;"
                  + " both or neither, durable on return",
              (iterations, seed) -> free(size, iterations, seed),
              peers,
              "atomic_free",
              size));
    }
    return scenarios;
  }

  private static Scenario scenario(
      String name,
      String operation,
      String work,
      Workload ours,
      Peers peers,
      String peerScenario,
      int size) {
    return new Scenario(
        name,
        operation,
        work,
        Waiting.MEANT,
        ours,
        PEER,
        peers.workload(PEER, peerScenario, size),
        Math.min(MOST_OBJECTS, MOST_BYTES / size));
  }

  private static String bytes(int size) {
    return size < 1024 ? size + " B" : (size >> 10) + " KiB";
  }

  private long allocate(int size, long iterations) {
    long begin = System.nanoTime();
    for (int i = 0; i < iterations; i++) {
      objects.allocate(size, TYPE_OBJECT, Content.UNDEFINED, slot(i));
    }
    long elapsed = System.nanoTime() - begin;
    for (int i = 0; i < iterations; i++) {
      objects.freeFrom(slot(i));
    }
    return elapsed;
  }

  private long free(int size, long iterations, long seed) {
    int count = Math.toIntExact(iterations);
    for (int i = 0; i < count; i++) {
      objects.allocate(size, TYPE_OBJECT, Content.UNDEFINED, slot(i));
      shuffled[i] = slot(i);
    }
    RandomSequence.shuffle(shuffled, count, seed);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      objects.freeFrom(shuffled[i]);
    }
    return System.nanoTime() - begin;
  }

  private long slot(int i) {
    return slots + (long) i * Long.BYTES;
  }
}
