package io.holdfast.heap.internal;

import io.holdfast.pmem.PmemFile;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What stands in a heap's file before anything is mapped: written at creation, read and checked at
 * open.
 */
final class HeapFile {
  private static final int ZEROS_BYTES = 1 << 16;

  private HeapFile() {}

  /**
   * Writes a new heap; in doubt until the file is synchronised.
   *
   * @param salt the first session's, drawn by the medium
   */
  static void format(PmemFile file, Geometry geometry, long size, long salt) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(HeapLayout.PAGE_BYTES, 8);
      geometry.writeTo(page);
      file.write(HeapLayout.GEOMETRY_OFFSET, page);
      page.fill((byte) 0);
      page.set(HeapLayout.LONG, 0, size);
      file.write(HeapLayout.ANCHOR_OFFSET, page);
      new Watermark(1, 0, salt).format(file);
      // written once, so that a sync in the log has no allocation to make durable
      MemorySegment zeros = arena.allocate(ZEROS_BYTES, 8);
      long end = geometry.firstZoneOffset();
      for (long at = geometry.logOffset(); at < end; at += ZEROS_BYTES) {
        file.write(at, zeros.asSlice(0, Math.min(ZEROS_BYTES, end - at)));
      }
    }
  }

  /** {@return the sizes the heap was created with} */
  static Geometry readGeometry(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(HeapLayout.PAGE_BYTES, 8);
      file.read(HeapLayout.GEOMETRY_OFFSET, page);
      return Geometry.readFrom(page, file.path());
    }
  }

  /**
   * Checks that the anchor's references lead into the heap.
   *
   * @param size the heap's size, after recovery
   * @throws PoolCorruptedException if one does not
   */
  static void checkAnchor(PmemFile file, Geometry geometry, long size) {
    for (long word : new long[] {HeapLayout.ROOT_OFFSET, HeapLayout.CATALOGUE_OFFSET}) {
      long reference = readLong(file, word);
      long address = ObjectHeader.address(reference);
      if (reference != 0 && (address < geometry.firstZoneOffset() || address >= size)) {
        throw new PoolCorruptedException(
            "%s: the reference at offset %d leads to %d, outside the heap of %d bytes; restore the pool from a copy"
                .formatted(file.path(), word, address, size));
      }
    }
  }

  private static long readLong(PmemFile file, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocate(8, 8);
      file.read(offset, word);
      return word.get(HeapLayout.LONG, 0);
    }
  }

  /**
   * {@return the recorded size} A longer file is what a crash in growth leaves.
   *
   * @throws PoolCorruptedException if the size is not possible or the file is shorter
   */
  static long readSize(PmemFile file, Geometry geometry) {
    long recorded = readLong(file, HeapLayout.SIZE_OFFSET);
    if (recorded < geometry.minimumBytes()
        || recorded > geometry.limitBytes()
        || recorded % HeapLayout.PAGE_BYTES != 0) {
      throw new PoolCorruptedException(
          "%s: the heap's recorded size %d is not possible; restore the pool from a copy"
              .formatted(file.path(), recorded));
    }
    if (file.size() < recorded) {
      throw new PoolCorruptedException(
          "%s: the file has %d bytes but the heap %d, it was cut short; restore the pool from a copy"
              .formatted(file.path(), file.size(), recorded));
    }
    return recorded;
  }
}
