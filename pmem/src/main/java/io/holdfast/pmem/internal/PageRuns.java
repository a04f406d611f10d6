package io.holdfast.pmem.internal;

import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a growing file: runs of them in use, as slabs or large blocks, and free ones.
 *
 * <p>A free run is at once joined with its neighbours. An allocation takes the shortest free run
 * that will do, the lowest of equals; if none will, the file grows, by the space that the file
 * system really has, so that no store to it can ever find the file system full. May be shared
 * between threads, one of which runs at a time.
 */
final class PageRuns {
  /** What runs are multiples of, in bytes. */
  static final long PAGE = 4096;

  /** The file grows by at least so many bytes while it is small. */
  private static final long LEAST_STEP = 1 << 20;

  private static final long MOST_STEP = 64 << 20;

  /** It grows by one part in so many of its size. */
  private static final int STEP_PART = 8;

  private final PmemFile file;
  private final PmemMap map;
  private final long limit;

  /** Free runs: their starts and lengths. */
  private final TreeMap<Long, Long> free = new TreeMap<>();

  /** The same by length: the starts of all runs of a length. */
  private final TreeMap<Long, TreeMap<Long, Boolean>> byLength = new TreeMap<>();

  /** Large blocks in use: their starts and lengths. */
  private final Map<Long, Long> large = new HashMap<>();

  private long size;
  private long largeBytes;

  /** Bytes from here on have never been in use and are zeros. */
  private long untouched;

  /** The slab of each unit of {@link SizeClasses#SLAB_UNIT}; replaced by a longer array. */
  private volatile @Nullable Slab[] slabs = new Slab[0];

  private @Nullable OutOfSpaceException failure;

  /**
   * Takes over a file and its mapping.
   *
   * @param limit the most bytes the file may have, a multiple of the page size
   */
  PageRuns(PmemFile file, PmemMap map, long limit) {
    this.file = file;
    this.map = map;
    this.limit = limit;
    this.size = map.size();
    addFree(0, size);
  }

  private void addFree(long start, long length) {
    free.put(start, length);
    byLength.computeIfAbsent(length, _ -> new TreeMap<>()).put(start, true);
  }

  private void removeFree(long start, long length) {
    free.remove(start);
    TreeMap<Long, Boolean> starts = byLength.get(length);
    if (starts != null) {
      starts.remove(start);
      if (starts.isEmpty()) {
        byLength.remove(length);
      }
    }
  }

  /** {@return a slab of free blocks for a bin; null if there is no space} */
  synchronized @Nullable Slab newSlab(Bin bin, int sizeClass) {
    int bytes = SizeClasses.slabBytes(sizeClass);
    long start = take(bytes, SizeClasses.SLAB_UNIT);
    if (start < 0) {
      return null;
    }
    Slab slab =
        new Slab(
            bin,
            start & -PAGE,
            bytes,
            SizeClasses.blockBytes(sizeClass),
            (start & BlockSpace.DIRTY) == 0 ? Slab.Content.ZEROS : Slab.Content.UNKNOWN);
    setSlab(slab.start(), bytes, slab);
    return slab;
  }

  synchronized void freeSlab(Slab slab, int sizeClass) {
    int bytes = SizeClasses.slabBytes(sizeClass);
    setSlab(slab.start(), bytes, null);
    give(slab.start(), bytes);
  }

  private void setSlab(long start, long bytes, @Nullable Slab slab) {
    int first = (int) (start / SizeClasses.SLAB_UNIT);
    int end = (int) ((start + bytes) / SizeClasses.SLAB_UNIT);
    @Nullable Slab[] table = slabs;
    if (end > table.length) {
      table = Arrays.copyOf(table, Math.max(end, table.length + table.length / 2));
    }
    Arrays.fill(table, first, end, slab);
    slabs = table;
  }

  /** {@return the slab in which {@code offset} lies, if there is one} */
  @Nullable Slab slabAt(long offset) {
    @Nullable Slab[] table = slabs;
    long unit = offset / SizeClasses.SLAB_UNIT;
    return unit < table.length ? table[(int) unit] : null;
  }

  /**
   * Allocates a large block.
   *
   * @return its offset, with {@link BlockSpace#DIRTY} unless its bytes are zero; -1 if there is no
   *     space
   */
  synchronized long allocateLarge(long bytes, long alignment) {
    long start = take(bytes, alignment);
    if (start >= 0) {
      large.put(start & -PAGE, bytes);
      largeBytes += bytes;
    }
    return start;
  }

  /** Frees the large block at {@code start}; {@return whether there was one} */
  synchronized boolean freeLarge(long start) {
    Long bytes = large.remove(start);
    if (bytes == null) {
      return false;
    }
    largeBytes -= bytes;
    give(start, bytes);
    return true;
  }

  /** {@return the bytes of the large block at {@code start}; 0 if there is none} */
  synchronized long largeBytesAt(long start) {
    return large.getOrDefault(start, 0L);
  }

  /**
   * Changes the length of a large block where it is: gives its end back, or takes what follows.
   *
   * @return whether that was possible
   */
  synchronized boolean resizeLarge(long start, long bytes) {
    long old = largeBytesAt(start);
    if (old == 0 || (bytes > old && !takeFollowing(start + old, bytes - old))) {
      return false;
    }
    if (bytes < old) {
      give(start + bytes, old - bytes);
    }
    large.put(start, bytes);
    largeBytes += bytes - old;
    return true;
  }

  private boolean takeFollowing(long start, long bytes) {
    Long length = free.get(start);
    if (length == null || length < bytes) {
      return false;
    }
    removeFree(start, length);
    if (length > bytes) {
      addFree(start + bytes, length - bytes);
    }
    noteUse(start, bytes);
    return true;
  }

  private void noteUse(long start, long bytes) {
    untouched = Math.max(untouched, start + bytes);
  }

  /**
   * {@return the start of a run, perhaps with {@link BlockSpace#DIRTY}; -1 if there is no space}
   */
  private long take(long bytes, long alignment) {
    long start = takeFree(bytes, alignment);
    while (start < 0 && grow(bytes, alignment)) {
      start = takeFree(bytes, alignment);
    }
    return start;
  }

  private long takeFree(long bytes, long alignment) {
    for (Map.Entry<Long, TreeMap<Long, Boolean>> runs : byLength.tailMap(bytes, true).entrySet()) {
      for (long run : runs.getValue().keySet()) {
        long length = runs.getKey();
        long start = aligned(run, alignment);
        if (start - run + bytes <= length) {
          removeFree(run, length);
          if (start > run) {
            addFree(run, start - run);
          }
          if (start - run + bytes < length) {
            addFree(start + bytes, run + length - start - bytes);
          }
          long dirty = start < untouched ? BlockSpace.DIRTY : 0;
          noteUse(start, bytes);
          return start | dirty;
        }
      }
    }
    return -1;
  }

  /** {@return the first offset from {@code offset} on whose address is aligned} */
  private long aligned(long offset, long alignment) {
    long address = map.segment().address();
    return ((address + offset + alignment - 1) & -alignment) - address;
  }

  private void give(long start, long bytes) {
    long from = start;
    long to = start + bytes;
    Map.Entry<Long, Long> before = free.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == from) {
      from = before.getKey();
      removeFree(from, before.getValue());
    }
    Long after = free.get(to);
    if (after != null) {
      removeFree(to, after);
      to += after;
    }
    addFree(from, to - from);
  }

  /**
   * Makes the file longer so that {@code bytes} fit at its end; {@return whether it could be done}
   */
  private boolean grow(long bytes, long alignment) {
    Map.Entry<Long, Long> last = free.lastEntry();
    long end = last != null && last.getKey() + last.getValue() == size ? last.getKey() : size;
    long start = aligned(end, alignment);
    if (start < 0 || bytes > limit - start) {
      return false;
    }
    long needed = start + bytes;
    long step = Math.clamp(size / STEP_PART, LEAST_STEP, MOST_STEP) & -PAGE;
    long generous = Math.min(limit, Math.max(needed, size + step));
    return growTo(generous) || (needed < generous && growTo(needed));
  }

  private boolean growTo(long newSize) {
    try {
      file.allocate(size, newSize - size);
    } catch (OutOfSpaceException e) {
      failure = e;
      return false;
    }
    map.grow(newSize);
    long old = size;
    size = newSize;
    give(old, newSize - old);
    return true;
  }

  /** {@return the file system's last refusal to make the file longer, if there was one} */
  synchronized @Nullable OutOfSpaceException failure() {
    return failure;
  }

  /** {@return the file's size in bytes} */
  synchronized long size() {
    return size;
  }

  long limit() {
    return limit;
  }

  synchronized long largeBlocks() {
    return large.size();
  }

  synchronized long largeBytes() {
    return largeBytes;
  }
}
