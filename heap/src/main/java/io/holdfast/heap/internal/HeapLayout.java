package io.holdfast.heap.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The places in a heap pool, version 1. All integers are little-endian.
 *
 * <pre>
 *      0 +----------------------------------------------------------+
 *        | pool header (4096 bytes, see pool)                       |
 *   4096 +----------------------------------------------------------+
 *        | geometry: lanes, sizes, limit; fixed at creation, CRC32C |
 *   8192 +----------------------------------------------------------+
 *        | watermark line A (64 bytes used)                         |
 *  12288 +----------------------------------------------------------+
 *        | watermark line B (64 bytes used)                         |
 *  16384 +----------------------------------------------------------+
 *        | anchor: heap size, root reference, catalogue head        |
 *  20480 +----------------------------------------------------------+
 *        | lanes: each two halves of {@code laneHalfBytes}          |
 *        +----------------------------------------------------------+
 *        | log: two halves of {@code logHalfBytes}                  |
 *        +----------------------------------------------------------+ zone 0, a multiple of 4096
 *        | page table: 8 bytes per page of the zone                 |
 *        | pages: slabs, large objects, free space                  |
 *        +----------------------------------------------------------+ zone 1 ...
 * </pre>
 *
 * <p>The two watermark lines lie in pages of their own, so that no sector holds both. Everything
 * from the anchor's words on, except lanes and log, is changed by journal records only.
 */
public final class HeapLayout {
  /** Bytes in a page, the unit of slabs and large objects. */
  static final int PAGE_BYTES = 4096;

  /** Bytes in a cache line. */
  static final int LINE_BYTES = 64;

  static final long GEOMETRY_OFFSET = 4096;
  static final long WATERMARK_A_OFFSET = 8192;
  static final long WATERMARK_B_OFFSET = 12288;
  static final long ANCHOR_OFFSET = 16384;

  /**
   * The word that holds the number of bytes in use, which the file may exceed after a crash in
   * growth.
   */
  static final long SIZE_OFFSET = ANCHOR_OFFSET;

  /** The word that holds the root's reference. */
  public static final long ROOT_OFFSET = ANCHOR_OFFSET + 8;

  /** The word that holds the reference of the catalogue's first entry. */
  public static final long CATALOGUE_OFFSET = ANCHOR_OFFSET + 16;

  static final long LANES_OFFSET = 20480;

  /** Bytes of a header before an object's first byte. */
  static final int OBJECT_HEADER_BYTES = 8;

  /** The first type number of the catalogue; smaller ones belong to the explicit layer's users. */
  public static final int FIRST_CATALOGUE_TYPE = 1 << 16;

  /** How the media's integers are read from memory. */
  static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private HeapLayout() {}

  /** {@return {@code bytes} rounded up to whole units of {@code unit}, a power of two} */
  static long roundUp(long bytes, long unit) {
    return (bytes + unit - 1) & -unit;
  }
}
