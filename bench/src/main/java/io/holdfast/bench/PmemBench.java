package io.holdfast.bench;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Stores and copies into one mapping, durable one by one: {@code libpmem_peer.c} in Java. */
final class PmemBench implements Bench {
  private static final String PEER = "libpmem";
  private static final long MAPPING_BYTES = 64L << 20;
  private static final long LARGEST_COPY = 1L << 20;
  private static final long PAGE_BYTES = 4096;

  /** Bounds the turns of the fastest scenarios on machines where a fence costs nothing. */
  private static final long MOST_ITERATIONS = 1_000_000;

  private final PmemMap map;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment source;

  private PmemBench(PmemMap map) {
    this.map = map;
    this.source = arena.allocate(LARGEST_COPY, PAGE_BYTES).fill((byte) 0x5a);
  }

  /**
   * Maps a file of its own, without a name, and touches every page of it.
   *
   * @param folder where the file is created
   */
  static PmemBench open(Path folder) {
    Medium medium = Medium.system();
    try (PmemFile file = medium.createUnnamed(folder)) {
      file.allocate(0, MAPPING_BYTES);
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.CACHE_LINE);
      PmemMap map = medium.map(PmemSource.of(file), config);
      map.fill(0, MAPPING_BYTES, (byte) 1, CopyMode.PERSIST);
      return new PmemBench(map);
    }
  }

  @Override
  public List<Scenario> scenarios(Optional<PeerProgram> peer) {
    List<Scenario> scenarios = new ArrayList<>();
    for (int size : new int[] {8, 64, 256}) {
      scenarios.add(
          new Scenario(
              "store + persist " + bytes(size),
              "stores word by word at a random place of a mapping of 64 MiB, flushes and fences; durable on return",
              (iterations, seed) -> persist(size, iterations, seed),
              PEER,
              peer.map(program -> program.workload("persist", size)),
              MOST_ITERATIONS));
    }
    for (int size : new int[] {64, 256, 1 << 10, 4 << 10, 64 << 10, 1 << 20}) {
      scenarios.add(
          new Scenario(
              "memcpy_persist " + bytes(size),
              "copies from DRAM to a random place of a mapping of 64 MiB; durable on return",
              (iterations, seed) -> copy(size, iterations, seed),
              PEER,
              peer.map(program -> program.workload("copy", size)),
              MOST_ITERATIONS));
    }
    return scenarios;
  }

  private static String bytes(int count) {
    if (count >= 1 << 20) {
      return (count >> 20) + " MiB";
    }
    return count >= 1 << 10 ? (count >> 10) + " KiB" : count + " B";
  }

  private long persist(int size, long iterations, long seed) {
    long slots = MAPPING_BYTES / size;
    long state = seed;
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      long target = RandomSequence.below(state, slots) * size;
      for (int offset = 0; offset < size; offset += Long.BYTES) {
        map.putLong(target + offset, state + offset);
      }
      map.persist(target, size);
    }
    return System.nanoTime() - begin;
  }

  private long copy(int size, long iterations, long seed) {
    long slots = MAPPING_BYTES / size;
    long state = seed;
    long begin = System.nanoTime();
    for (long i = 0; i < iterations; i++) {
      state += RandomSequence.STEP;
      map.copy(RandomSequence.below(state, slots) * size, source, 0, size, CopyMode.PERSIST);
    }
    return System.nanoTime() - begin;
  }

  @Override
  public void close() {
    arena.close();
    map.close();
  }
}
