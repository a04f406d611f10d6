package io.holdfast.bench;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.internal.BareFlush;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The timed loops over one mapping, each {@code iterations} operations of {@code size} bytes, in
 * nanoseconds: those that {@code WORKLOAD} makes in {@code pmem_workloads.h}. May be run by several
 * threads at once.
 *
 * @param map the mapping
 * @param source what is copied to it
 */
record PmemLoops(PmemMap map, MemorySegment source) {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int LINE_BYTES = 64;

  /** A loop. */
  @FunctionalInterface
  interface Loop {
    /** {@return how long it took in nanoseconds} */
    long nanos(Walk walk, int size, long iterations);
  }

  long persist(Walk walk, int size, long iterations) {
    long state = walk.seed();
    long slot = walk.first();
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      slot = walk.next(slot, state);
      long target = walk.place(slot);
      for (int at = 0; at < size; at += LINE_BYTES) {
        map.putLong(target + at, i + at);
      }
      map.persist(target, size);
    }
    return System.nanoTime() - begin;
  }

  long flush(Walk walk, int size, long iterations) {
    long state = walk.seed();
    long slot = walk.first();
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      slot = walk.next(slot, state);
      long target = walk.place(slot);
      for (int at = 0; at < size; at += LINE_BYTES) {
        map.putLong(target + at, i + at);
      }
      map.flush(target, size);
    }
    return System.nanoTime() - begin;
  }

  /** As {@link #persist}, but without the mapping's class in between. */
  long persistBare(Walk walk, int size, long iterations) {
    MemorySegment segment = map.segment();
    long address = segment.address();
    long state = walk.seed();
    long slot = walk.first();
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      slot = walk.next(slot, state);
      long target = walk.place(slot);
      for (int at = 0; at < size; at += LINE_BYTES) {
        segment.set(LONG, target + at, i + at);
      }
      BareFlush.persist(address + target, size);
    }
    return System.nanoTime() - begin;
  }

  /** {@return the loop that copies from DRAM} */
  Loop copy(CopyMode mode) {
    return (walk, size, iterations) -> {
      long state = walk.seed();
      long slot = walk.first();
      long begin = System.nanoTime();
      for (long i = 0; i < iterations; i++) {
        state += RandomSequence.STEP;
        slot = walk.next(slot, state);
        map.copy(walk.place(slot), source, 0, size, mode);
      }
      return System.nanoTime() - begin;
    };
  }

  /** {@return the loop that moves bytes by half their length within the mapping} */
  Loop move(CopyMode mode) {
    return (walk, size, iterations) -> {
      long mapped = map.size();
      long state = walk.seed();
      long slot = walk.first();
      long begin = System.nanoTime();
      for (long i = 0; i < iterations; i++) {
        state += RandomSequence.STEP;
        slot = walk.next(slot, state);
        long target = walk.place(slot);
        long from = target + size / 2;
        map.move(target, from + size <= mapped ? from : target - size / 2, size, mode);
      }
      return System.nanoTime() - begin;
    };
  }

  /** {@return the loop that fills with one byte} */
  Loop fill(CopyMode mode) {
    return (walk, size, iterations) -> {
      long state = walk.seed();
      long slot = walk.first();
      long begin = System.nanoTime();
      for (long i = 0; i < iterations; i++) {
        state += RandomSequence.STEP;
        slot = walk.next(slot, state);
        map.fill(walk.place(slot), size, (byte) (i & 0x7f), mode);
      }
      return System.nanoTime() - begin;
    };
  }
}
