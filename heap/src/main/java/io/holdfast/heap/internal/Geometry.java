package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.HeapLayout.INT;
import static io.holdfast.heap.internal.HeapLayout.LONG;
import static io.holdfast.heap.internal.HeapLayout.PAGE_BYTES;

import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The sizes a heap is created with, which never change: how many lanes, how large the journals and
 * zones are, how far it may grow.
 *
 * <pre>
 *  0               8       12      16              24              32      36
 *  +---------------+-------+-------+---------------+---------------+-------+-------+
 *  | limit         | lanes | pages | laneHalfBytes | logHalfBytes  | 0     | CRC32C|
 *  +---------------+-------+-------+---------------+---------------+-------+-------+
 * </pre>
 *
 * @param limitBytes the largest size of the file
 * @param lanes how many rings the DAX journal has
 * @param zonePages how many pages a zone has, its table included
 * @param laneHalfBytes bytes in half a lane, a multiple of 64
 * @param logHalfBytes bytes in half the log, a multiple of 512
 */
public record Geometry(
    long limitBytes, int lanes, int zonePages, long laneHalfBytes, long logHalfBytes) {
  private static final int ENCODED_BYTES = 40;
  private static final int CRC_OFFSET = 36;
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final int MAX_LANES = 1024;
  private static final int MAX_ZONE_PAGES = 65536;
  private static final long MAX_HALF_BYTES = 1024 * MIB;

  /** {@return the geometry that suits a heap growing up to {@code limitBytes}} */
  public static Geometry forLimit(long limitBytes) {
    int zonePages = (int) Math.min(limitBytes / PAGE_BYTES, MAX_ZONE_PAGES);
    if (limitBytes < 4 * MIB) {
      return new Geometry(limitBytes, 2, zonePages, 4 * KIB, 16 * KIB);
    }
    return limitBytes < 64 * MIB
        ? new Geometry(limitBytes, 4, zonePages, 32 * KIB, 128 * KIB)
        : new Geometry(limitBytes, 8, zonePages, 128 * KIB, 2 * MIB);
  }

  long laneOffset(int lane) {
    return HeapLayout.LANES_OFFSET + lane * 2L * laneHalfBytes;
  }

  long logOffset() {
    return laneOffset(lanes);
  }

  /** {@return at most how many records the journals hold, lanes and log together} */
  long journalRecords() {
    return (firstZoneOffset() - HeapLayout.LANES_OFFSET) / RecordLayout.ALIGNMENT;
  }

  long zoneOffset(int zone) {
    return firstZoneOffset() + (long) zone * zoneBytes();
  }

  long firstZoneOffset() {
    return HeapLayout.roundUp(logOffset() + 2 * logHalfBytes, PAGE_BYTES);
  }

  long zoneBytes() {
    return (long) zonePages * PAGE_BYTES;
  }

  int zoneOf(long offset) {
    return (int) ((offset - firstZoneOffset()) / zoneBytes());
  }

  /** {@return pages at the start of a zone that hold its table} */
  int tablePages() {
    return (int) (HeapLayout.roundUp(zonePages * 8L, PAGE_BYTES) / PAGE_BYTES);
  }

  /** {@return the smallest size of the file, with a little room for objects} */
  public long minimumBytes() {
    return firstZoneOffset() + (tablePages() + 8L) * PAGE_BYTES;
  }

  void writeTo(MemorySegment target) {
    target.set(LONG, 0, limitBytes);
    target.set(INT, 8, lanes);
    target.set(INT, 12, zonePages);
    target.set(LONG, 16, laneHalfBytes);
    target.set(LONG, 24, logHalfBytes);
    target.set(INT, CRC_OFFSET, crc(target));
  }

  static Geometry readFrom(MemorySegment source, Path path) {
    Geometry geometry =
        new Geometry(
            source.get(LONG, 0),
            source.get(INT, 8),
            source.get(INT, 12),
            source.get(LONG, 16),
            source.get(LONG, 24));
    if (source.get(INT, CRC_OFFSET) != crc(source) || !geometry.isSound()) {
      throw new PoolCorruptedException(
          "%s: the heap's geometry at offset %d is damaged; restore the pool from a copy"
              .formatted(path, HeapLayout.GEOMETRY_OFFSET));
    }
    return geometry;
  }

  private boolean isSound() {
    return lanes > 0
        && lanes <= MAX_LANES
        && zonePages > 0
        && zonePages <= MAX_ZONE_PAGES
        && laneHalfBytes > 0
        && laneHalfBytes <= MAX_HALF_BYTES
        && laneHalfBytes % 64 == 0
        && logHalfBytes > 0
        && logHalfBytes <= MAX_HALF_BYTES
        && logHalfBytes % 512 == 0
        && minimumBytes() <= limitBytes;
  }

  private static int crc(MemorySegment encoded) {
    CRC32C crc = new CRC32C();
    crc.update(encoded.asSlice(0, CRC_OFFSET).asByteBuffer());
    crc.update(new byte[ENCODED_BYTES - CRC_OFFSET]);
    return (int) crc.getValue();
  }
}
