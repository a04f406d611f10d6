package io.holdfast.heap.internal;

/**
 * A transaction record in a journal: the unit that commits or does not.
 *
 * <p>A record is valid only if its checksum matches, so a crash while it is written leaves no
 * record. Its entries are applied to their home locations only after the record is durable;
 * applying them twice changes nothing.
 *
 * <pre>
 *  0               8       12      16
 *  +---------------+-------+-------+----------------------
 *  | sequence      | bytes | CRC32C| entries ...
 *  +---------------+-------+-------+----------------------
 * </pre>
 *
 * <p>{@code bytes} counts header and entries, a multiple of 8; the next record begins at the next
 * multiple of 64. The CRC covers a chain value (see {@link #chain}) and the whole record with its
 * CRC field as zero. The chain value holds the journal's salt, the place and the CRC of the record
 * before in the same half, so that neither an older record nor bytes that a user has logged can
 * pass for the next record.
 *
 * <p>An entry is a word of kind (4 bits), length (8 bits) and offset (52 bits), and its data:
 *
 * <pre>
 *  BYTES   length 1..64: that many bytes for offset, within one cache line; padded to 8
 *  AND, OR the mask for the aligned word at offset
 *  EXTENT  bytes (32 bits) and CRC32C (32 bits): more entries, outside the ring, at offset
 *  SYNCED  no data: the sequence number in the place of the offset was durable when the record was composed
 * </pre>
 */
final class RecordLayout {
  static final int SEQUENCE_OFFSET = 0;
  static final int LENGTH_OFFSET = 8;
  static final int CRC_OFFSET = 12;
  static final int HEADER_BYTES = 16;

  /** Records begin at multiples of this. */
  static final int ALIGNMENT = 64;

  static final int BYTES = 1;
  static final int AND = 2;
  static final int OR = 3;
  static final int EXTENT = 4;
  static final int SYNCED = 5;

  private static final int KIND_SHIFT = 60;
  private static final int LENGTH_SHIFT = 52;
  private static final long LENGTH_MASK = 0xFF;
  private static final long OFFSET_MASK = (1L << LENGTH_SHIFT) - 1;

  private RecordLayout() {}

  static long entry(int kind, int length, long offset) {
    return (long) kind << KIND_SHIFT | (long) length << LENGTH_SHIFT | offset;
  }

  static int kind(long entry) {
    return (int) (entry >>> KIND_SHIFT);
  }

  static int length(long entry) {
    return (int) (entry >>> LENGTH_SHIFT & LENGTH_MASK);
  }

  static long offset(long entry) {
    return entry & OFFSET_MASK;
  }

  /** {@return bytes of data after an entry's word} */
  static int dataBytes(long entry) {
    return switch (kind(entry)) {
      case BYTES -> (length(entry) + 7) & -8;
      case SYNCED -> 0;
      default -> 8;
    };
  }

  /**
   * {@return what a record's CRC begins with}
   *
   * @param salt the journal's salt
   * @param halfOffset where the half begins in the pool
   * @param previousCrc the CRC of the record before in this half, 0 for the first
   */
  static long chain(long salt, long halfOffset, int previousCrc) {
    return salt ^ (halfOffset << 32 | (previousCrc & 0xFFFF_FFFFL));
  }
}
