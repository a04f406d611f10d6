package io.holdfast.pmem.internal;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Volatile blocks in an unnamed file, which may be larger than memory: what an arena allocates
 * from.
 *
 * <p>Small blocks come from slabs of one size each, large ones are runs of pages. Threads are
 * spread over stripes, each with slabs of its own, by their numbers; nothing is kept per thread.
 * All bookkeeping is on the Java heap. A bin's lock is taken before that of the pages, and never a
 * second bin's. May be shared between threads.
 */
public final class BlockSpace {
  /** Bit of an offset that {@code allocate} methods return: the bytes may be anything. */
  static final long DIRTY = 1;

  /** The first file is so long, unless the limit is lower. */
  private static final long FIRST_BYTES = 1 << 20;

  private static final int MOST_STRIPES = 64;
  private static final int STRIPES =
      Math.min(
          MOST_STRIPES,
          Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1) << 1);

  private final String name;
  private final SystemFile file;
  private final PmemMap map;
  private final PageRuns runs;
  private final AtomicReferenceArray<@Nullable Bin> bins =
      new AtomicReferenceArray<>(STRIPES * SizeClasses.COUNT);

  private BlockSpace(String name, SystemFile file, PmemMap map, long limit) {
    this.name = name;
    this.file = file;
    this.map = map;
    this.runs = new PageRuns(file, map, limit);
  }

  /**
   * Opens an empty one.
   *
   * @param folder where the file is to be
   * @param limit the most bytes the file may have, a positive multiple of the page size
   */
  public static BlockSpace open(Path folder, long limit) {
    SystemFile file = new SystemFile(UnnamedFile.open(folder, 0), folder);
    try {
      long first = Math.min(limit, FIRST_BYTES);
      file.allocate(0, first);
      MapConfig config =
          MapConfig.defaults().withRequiredGranularity(Granularity.PAGE).withReserve(limit);
      PmemMap map = SystemMedium.INSTANCE.map(PmemSource.of(file), config);
      return new BlockSpace("arena in " + folder, file, map, limit);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** {@return all memory there is so far, whose scope is open until {@link #close}} */
  public MemorySegment memory() {
    return map.segment();
  }

  /**
   * Allocates a block of zeros.
   *
   * @param byteSize how many bytes, not negative
   * @param alignment what the address is a multiple of, a power of two
   * @return where in {@link #memory} it begins
   * @throws OutOfSpaceException if there is no space
   */
  public long allocate(long byteSize, long alignment) {
    int sizeClass =
        alignment <= SizeClasses.SLAB_UNIT
            ? SizeClasses.of(byteSize, alignment)
            : SizeClasses.COUNT;
    long block =
        sizeClass < SizeClasses.COUNT
            ? allocateSmall(sizeClass, alignment)
            : allocateLarge(byteSize, alignment);
    if (block < 0) {
      throw outOfSpace(byteSize);
    }
    long offset = block & -SizeClasses.QUANTUM;
    if ((block & DIRTY) != 0) {
      map.segment().asSlice(offset, byteSize).fill((byte) 0);
    }
    return offset;
  }

  private OutOfSpaceException outOfSpace(long byteSize) {
    OutOfSpaceException failure = runs.failure();
    return new OutOfSpaceException(
        "%s: no room for %d bytes in a file of %d, which may have %d%s"
            .formatted(
                name,
                byteSize,
                runs.size(),
                runs.limit(),
                failure == null ? "" : "; " + failure.getMessage()),
        failure);
  }

  private long allocateSmall(int sizeClass, long alignment) {
    int stripe = (int) Thread.currentThread().threadId() & (STRIPES - 1);
    long block = Bin.BUSY;
    for (int i = 0; i < STRIPES && block == Bin.BUSY; i++) {
      block = bin((stripe + i) & (STRIPES - 1), sizeClass).allocateUnlessBusy();
    }
    return block >= 0 ? block : allocateAnywhere(stripe, sizeClass, alignment);
  }

  /**
   * Allocates a block that another stripe has, or in what all bins together do not need, or one
   * that is too large: little that is left may be in slabs of other sizes.
   */
  private long allocateAnywhere(int stripe, int sizeClass, long alignment) {
    long block = allocateOfOthers(sizeClass);
    if (block < 0) {
      giveEmptyBack();
      block = bin(stripe, sizeClass).allocate(Bin.Growth.ALLOWED);
    }
    for (int larger = sizeClass + 1; larger < SizeClasses.COUNT && block < 0; larger++) {
      if ((SizeClasses.blockBytes(larger) & (alignment - 1)) == 0) {
        block = allocateOfOthers(larger);
      }
    }
    return block;
  }

  /** Allocates a block that any stripe has free. */
  private long allocateOfOthers(int sizeClass) {
    long block = Bin.NONE;
    for (int stripe = 0; stripe < STRIPES && block < 0; stripe++) {
      Bin bin = bins.get(stripe * SizeClasses.COUNT + sizeClass);
      if (bin != null) {
        block = bin.allocate(Bin.Growth.FORBIDDEN);
      }
    }
    return block;
  }

  private void giveEmptyBack() {
    for (int i = 0; i < bins.length(); i++) {
      Bin bin = bins.get(i);
      if (bin != null) {
        bin.giveEmptyBack();
      }
    }
  }

  private Bin bin(int stripe, int sizeClass) {
    int index = stripe * SizeClasses.COUNT + sizeClass;
    Bin bin = bins.get(index);
    if (bin == null) {
      Bin fresh = new Bin(runs, sizeClass);
      Bin other = bins.compareAndExchange(index, null, fresh);
      bin = other == null ? fresh : other;
    }
    return bin;
  }

  private long allocateLarge(long byteSize, long alignment) {
    long bytes = pages(byteSize);
    if (bytes <= 0) {
      return -1;
    }
    long aligned = Math.max(alignment, PageRuns.PAGE);
    long block = runs.allocateLarge(bytes, aligned);
    if (block < 0) {
      giveEmptyBack();
      block = runs.allocateLarge(bytes, aligned);
    }
    return block;
  }

  /** {@return the bytes of whole pages; negative if that is too many} */
  private static long pages(long byteSize) {
    return (Math.max(byteSize, 1) + PageRuns.PAGE - 1) & -PageRuns.PAGE;
  }

  /**
   * Frees a block.
   *
   * @return whether one in use began at {@code offset}
   */
  public boolean free(long offset) {
    Slab slab = runs.slabAt(offset);
    return slab == null ? runs.freeLarge(offset) : slab.bin().free(slab, offset);
  }

  /** {@return how many bytes the block in use at {@code offset} has; 0 if there is none} */
  public long usableSize(long offset) {
    Slab slab = runs.slabAt(offset);
    if (slab == null) {
      return runs.largeBytesAt(offset);
    }
    return slab.bin().isTaken(slab, offset) ? slab.blockBytes() : 0;
  }

  /**
   * Changes the size of the block in use at {@code offset} without moving it. New bytes may be
   * anything.
   *
   * @param byteSize how many bytes it is to have, not negative
   * @return whether that was possible
   */
  public boolean resize(long offset, long byteSize) {
    long usable = usableSize(offset);
    if (runs.slabAt(offset) == null) {
      long bytes = pages(byteSize);
      return byteSize > SizeClasses.LARGEST
          && bytes > 0
          && (bytes == usable || runs.resizeLarge(offset, bytes));
    }
    return byteSize <= usable && byteSize > usable / 2;
  }

  /** {@return how many blocks are in use, and how many bytes they have} */
  public Use use() {
    long blocks = runs.largeBlocks();
    long bytes = runs.largeBytes();
    for (int i = 0; i < bins.length(); i++) {
      Bin bin = bins.get(i);
      if (bin != null) {
        long allocations = bin.allocations();
        blocks += allocations;
        bytes += allocations * bin.blockBytes();
      }
    }
    return new Use(blocks, bytes, runs.size());
  }

  /**
   * What is in use.
   *
   * @param blocks how many blocks
   * @param bytes how many bytes these have
   * @param fileBytes how many bytes the file has
   */
  public record Use(long blocks, long bytes, long fileBytes) {}

  /** {@return the most bytes that the file may have} */
  public long limit() {
    return runs.limit();
  }

  /**
   * Gives the memory and the file's space back.
   *
   * @throws IllegalStateException if memory is in use by a native call; this stays open then
   */
  public void close() {
    map.close();
    file.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
