package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stores and copies into one mapping, after pmembench's scenarios flush, memcpy and memset: {@code
 * pmem_workloads.h} in Java.
 */
final class PmemBench implements Bench {
  private static final String LIBPMEM = "libpmem";
  private static final String LIBPMEM2 = "libpmem2";
  private static final long MAPPING_BYTES = 64L << 20;
  private static final int LARGEST_COPY = 4 << 20;
  private static final long PAGE_BYTES = 4096;

  /**
   * For threads to share, as C's heap is. A shared arena would be locked by each call, and the lock
   * waits for the stores before it as a fence does.
   */
  private static final Arena SOURCE_ARENA = Arena.ofAuto();

  /** Up to this size the time without a fence is that of a few instructions. */
  private static final int SMALL_BYTES = 256;

  /** Bounds the turns of the fastest scenarios. */
  private static final long MOST_ITERATIONS = 1_000_000;

  /** Where an operation's places are; see {@code pmem_workloads.h} for the suffixes. */
  private enum Shape {
    RANDOM("", ""),
    SEQUENTIAL(".sequential", ", sequential"),
    WORD(".word", ", at 64n + 8"),
    ODD(".odd", ", at 64n + 3"),
    THREADS(".threads", ", 2 threads");

    private final String suffix;
    private final String label;

    Shape(String suffix, String label) {
      this.suffix = suffix;
      this.label = label;
    }

    private long nanos(PmemLoops.Loop loop, int size, long iterations, long seed) {
      return switch (this) {
        case RANDOM -> loop.nanos(Walk.aligned(0, MAPPING_BYTES, size, seed), size, iterations);
        case SEQUENTIAL -> loop.nanos(Walk.sequential(MAPPING_BYTES, size, seed), size, iterations);
        case WORD -> loop.nanos(Walk.shifted(MAPPING_BYTES, size, 8, seed), size, iterations);
        case ODD -> loop.nanos(Walk.shifted(MAPPING_BYTES, size, 3, seed), size, iterations);
        case THREADS -> {
          long half = MAPPING_BYTES / 2;
          yield Pair.slower(
              () -> loop.nanos(Walk.aligned(0, half, size, seed), size, iterations),
              () -> loop.nanos(Walk.aligned(half, half, size, ~seed), size, iterations));
        }
      };
    }
  }

  /** An operation, in the peers' words and in ours. */
  private record Operation(String name, String label, String work, PmemLoops.Loop loop) {
    private boolean isFenced() {
      return !name.equals("flush") && !name.endsWith("-nodrain");
    }
  }

  private final PmemMap map;
  private final PmemLoops loops;
  private final List<Scenario> rows = new ArrayList<>();

  private PmemBench(PmemMap map) {
    this.map = map;
    this.loops =
        new PmemLoops(map, SOURCE_ARENA.allocate(LARGEST_COPY, PAGE_BYTES).fill((byte) 0x5a));
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
  public List<Scenario> scenarios(Peers peers, Extent extent) {
    Operation persist =
        new Operation(
            "persist",
            "store + persist",
            "stores a word to each line, flushes and fences; durable on return",
            loops::persist);
    Operation flush =
        new Operation(
            "flush",
            "store + flush",
            "stores a word to each line and flushes; durable after a fence that is not timed",
            loops::flush);
    Operation copy =
        new Operation(
            "copy", "copy", "copies from DRAM; durable on return", loops.copy(CopyMode.PERSIST));
    Operation copyNoDrain =
        new Operation(
            "copy-nodrain",
            "copy, no drain",
            "copies from DRAM; durable after a fence that is not timed",
            loops.copy(CopyMode.NO_DRAIN));
    Operation move =
        new Operation(
            "move",
            "move",
            "moves by half the length within the mapping; durable on return",
            loops.move(CopyMode.PERSIST));
    Operation moveNoDrain =
        new Operation(
            "move-nodrain",
            "move, no drain",
            "moves by half the length within the mapping; durable after a fence that is not timed",
            loops.move(CopyMode.NO_DRAIN));
    Operation fill =
        new Operation(
            "fill", "fill", "fills with one byte; durable on return", loops.fill(CopyMode.PERSIST));
    Operation fillNoDrain =
        new Operation(
            "fill-nodrain",
            "fill, no drain",
            "fills with one byte; durable after a fence that is not timed",
            loops.fill(CopyMode.NO_DRAIN));
    rows.clear();
    if (extent == Extent.QUICK) {
      add(peers, LIBPMEM, persist, Shape.RANDOM, 8, 64, 1 << 10);
      add(peers, LIBPMEM, flush, Shape.RANDOM, 8, 64);
      add(peers, LIBPMEM, copy, Shape.RANDOM, 8, 64, 256, 1 << 10, 4 << 10, 64 << 10, 1 << 20);
      add(peers, LIBPMEM, copy, Shape.WORD, 1 << 10);
      add(peers, LIBPMEM, copy, Shape.ODD, 1 << 10);
      add(peers, LIBPMEM, copy, Shape.THREADS, 4 << 10);
      add(peers, LIBPMEM, copyNoDrain, Shape.RANDOM, 64);
      add(peers, LIBPMEM, move, Shape.RANDOM, 64, 4 << 10);
      add(peers, LIBPMEM, fill, Shape.RANDOM, 64, 4 << 10);
      add(peers, LIBPMEM, fillNoDrain, Shape.RANDOM, 64);
      add(peers, LIBPMEM2, persist, Shape.RANDOM, 64);
      add(peers, LIBPMEM2, copy, Shape.RANDOM, 64, 4 << 10);
      addSeam(64);
    } else {
      add(peers, LIBPMEM, persist, Shape.RANDOM, 8, 64, 256, 1 << 10, 4 << 10);
      add(peers, LIBPMEM, persist, Shape.SEQUENTIAL, 8, 64, 1 << 10);
      add(peers, LIBPMEM, persist, Shape.THREADS, 64);
      add(peers, LIBPMEM, flush, Shape.RANDOM, 8, 64, 256, 1 << 10, 4 << 10);
      add(peers, LIBPMEM, flush, Shape.SEQUENTIAL, 8, 64, 1 << 10);
      add(peers, LIBPMEM, flush, Shape.THREADS, 64);
      add(peers, LIBPMEM, copy, Shape.RANDOM, sizes());
      add(peers, LIBPMEM, copy, Shape.SEQUENTIAL, 8, 64, 1 << 10, 64 << 10);
      add(peers, LIBPMEM, copy, Shape.WORD, 64, 256, 1 << 10, 4 << 10, 64 << 10);
      add(peers, LIBPMEM, copy, Shape.ODD, 64, 256, 1 << 10, 4 << 10, 64 << 10);
      add(peers, LIBPMEM, copy, Shape.THREADS, 64, 4 << 10, 64 << 10);
      add(peers, LIBPMEM, copyNoDrain, Shape.RANDOM, sizes());
      add(peers, LIBPMEM, copyNoDrain, Shape.ODD, 64, 1 << 10);
      add(peers, LIBPMEM, copyNoDrain, Shape.SEQUENTIAL, 64);
      add(peers, LIBPMEM, move, Shape.RANDOM, sizes());
      add(peers, LIBPMEM, move, Shape.ODD, 64, 4 << 10);
      add(peers, LIBPMEM, moveNoDrain, Shape.RANDOM, 64, 4 << 10);
      add(peers, LIBPMEM, fill, Shape.RANDOM, sizes());
      add(peers, LIBPMEM, fill, Shape.SEQUENTIAL, 64, 4 << 10);
      add(peers, LIBPMEM, fill, Shape.WORD, 64, 1 << 10);
      add(peers, LIBPMEM, fill, Shape.ODD, 64, 1 << 10);
      add(peers, LIBPMEM, fill, Shape.THREADS, 4 << 10);
      add(peers, LIBPMEM, fillNoDrain, Shape.RANDOM, sizes());
      add(peers, LIBPMEM2, persist, Shape.RANDOM, 8, 64, 4 << 10);
      add(peers, LIBPMEM2, flush, Shape.RANDOM, 64);
      add(peers, LIBPMEM2, copy, Shape.RANDOM, 8, 64, 256, 4 << 10, 64 << 10, 4 << 20);
      add(peers, LIBPMEM2, copy, Shape.WORD, 1 << 10);
      add(peers, LIBPMEM2, copy, Shape.THREADS, 4 << 10);
      add(peers, LIBPMEM2, copyNoDrain, Shape.RANDOM, 64);
      add(peers, LIBPMEM2, move, Shape.RANDOM, 64, 4 << 10);
      add(peers, LIBPMEM2, fill, Shape.RANDOM, 64, 4 << 10, 1 << 20);
      addSeam(8, 64);
    }
    return List.copyOf(rows);
  }

  private static int[] sizes() {
    return new int[] {8, 64, 256, 1 << 10, 4 << 10, 64 << 10, 1 << 20, LARGEST_COPY};
  }

  private void add(Peers peers, String peer, Operation operation, Shape shape, int... sizes) {
    for (int size : sizes) {
      rows.add(
          new Scenario(
              operation.label() + " " + bytes(size) + shape.label,
              operation.label(),
              operation.work(),
              waiting(operation, size),
              (iterations, seed) -> shape.nanos(operation.loop(), size, iterations, seed),
              peer,
              peers.workload(peer, operation.name() + shape.suffix, size),
              Math.min(MOST_ITERATIONS, Math.max(1, (1L << 32) / size))));
    }
  }

  private static Waiting waiting(Operation operation, int size) {
    if (operation.isFenced()) {
      return Waiting.FENCED;
    }
    return size <= SMALL_BYTES ? Waiting.UNFENCED_SMALL : Waiting.OTHER;
  }

  /** Our own code on both sides: what it costs to have a class around the memory. */
  private void addSeam(int... sizes) {
    for (int size : sizes) {
      rows.add(
          new Scenario(
              "seam: store + persist " + bytes(size),
              "seam",
              "stores a word to each line, flushes and fences, by PmemMap's methods and by a plain segment"
                  + " and the machine code alone",
              Waiting.OTHER,
              (iterations, seed) -> Shape.RANDOM.nanos(loops::persist, size, iterations, seed),
              "plain segment",
              Optional.of(
                  (iterations, seed) ->
                      Shape.RANDOM.nanos(loops::persistBare, size, iterations, seed)),
              MOST_ITERATIONS));
    }
  }

  private static String bytes(int count) {
    if (count >= 1 << 20) {
      return (count >> 20) + " MiB";
    }
    return count >= 1 << 10 ? (count >> 10) + " KiB" : count + " B";
  }

  @Override
  public void close() {
    map.close();
  }
}
