package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.HeapLayout.INT;
import static io.holdfast.heap.internal.HeapLayout.LONG;

import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * The number W up to which the home bytes of all records are durable, and the journal's salt.
 *
 * <p>Kept in two lines, one written after the other has become durable, so that a crash leaves at
 * least one valid; the one with the larger epoch counts. Journal space up to W is free only when
 * both lines are durable.
 *
 * <pre>
 *  0               8               16              24      28
 *  +---------------+---------------+---------------+-------+
 *  | epoch         | W             | salt          | CRC32C|
 *  +---------------+---------------+---------------+-------+
 * </pre>
 *
 * @param epoch grows with every write
 * @param sequence W
 * @param salt part of every record's CRC, changed by recovery
 */
record Watermark(long epoch, long sequence, long salt) {
  private static final int CRC_OFFSET = 24;

  /** {@return this watermark's successor in the same session} */
  Watermark advancedTo(long newSequence) {
    return new Watermark(epoch + 1, newSequence, salt);
  }

  /** {@return the successor that begins a session: records sealed before are no longer valid} */
  Watermark renewed(long newSequence, long newSalt) {
    return new Watermark(epoch + 1, newSequence, newSalt);
  }

  /** Writes both lines; durable on return. For memory that is durable by flushing. */
  void persist(PmemMap map) {
    persist(map, HeapLayout.WATERMARK_A_OFFSET);
    persist(map, HeapLayout.WATERMARK_B_OFFSET);
  }

  private void persist(PmemMap map, long offset) {
    map.putLong(offset, epoch);
    map.putLong(offset + 8, sequence);
    map.putLong(offset + 16, salt);
    map.putInt(offset + CRC_OFFSET, crc());
    map.persist(offset, HeapLayout.LINE_BYTES);
  }

  /** Writes both lines; durable on return. For files. */
  void persist(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = encoded(arena);
      file.writeDurably(HeapLayout.WATERMARK_A_OFFSET, line);
      file.writeDurably(HeapLayout.WATERMARK_B_OFFSET, line);
    }
  }

  /**
   * Writes both lines of a pool under creation, which are in doubt until the file is synchronised.
   */
  void format(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = encoded(arena);
      file.write(HeapLayout.WATERMARK_A_OFFSET, line);
      file.write(HeapLayout.WATERMARK_B_OFFSET, line);
    }
  }

  /**
   * {@return the watermark that counts in {@code file}}
   *
   * @throws PoolCorruptedException if neither line is valid, which no crash can cause
   */
  static Watermark read(PmemFile file) {
    Watermark a = readLine(file, HeapLayout.WATERMARK_A_OFFSET);
    Watermark b = readLine(file, HeapLayout.WATERMARK_B_OFFSET);
    if (a.epoch < 0 && b.epoch < 0) {
      throw new PoolCorruptedException(
          "%s: both watermark lines (offsets %d and %d) are damaged; restore the pool from a copy"
              .formatted(
                  file.path(), HeapLayout.WATERMARK_A_OFFSET, HeapLayout.WATERMARK_B_OFFSET));
    }
    return a.epoch >= b.epoch ? a : b;
  }

  /** {@return the line at {@code offset}, with epoch -1 if it is not valid} */
  private static Watermark readLine(PmemFile file, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(HeapLayout.LINE_BYTES, 8);
      file.read(offset, line);
      Watermark read = new Watermark(line.get(LONG, 0), line.get(LONG, 8), line.get(LONG, 16));
      return line.get(INT, CRC_OFFSET) == read.crc() ? read : new Watermark(-1, 0, 0);
    }
  }

  private MemorySegment encoded(Arena arena) {
    MemorySegment line = arena.allocate(HeapLayout.LINE_BYTES, 8);
    line.set(LONG, 0, epoch);
    line.set(LONG, 8, sequence);
    line.set(LONG, 16, salt);
    line.set(INT, CRC_OFFSET, crc());
    return line;
  }

  private int crc() {
    CRC32C crc = new CRC32C();
    for (long word : new long[] {epoch, sequence, salt}) {
      for (int shift = 0; shift < 64; shift += 8) {
        crc.update((int) (word >>> shift) & 0xFF);
      }
    }
    return (int) crc.getValue();
  }
}
