package io.holdfast.pool;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The pool header on the medium: PMDK's {@code pool_hdr}, at the start of every pool file,
 * little-endian.
 *
 * <pre>
 *    0 | signature (8) | major (4) | compat (4) | incompat (4) | ro_compat (4) |
 *      +---------------+-----------+------------+--------------+---------------+
 *   24 | poolset_uuid (16)         | uuid of this file (16)                    |
 *      +---------------------------+-------------------------------------------+
 *   56 | prev_part_uuid (16)       | next_part_uuid (16)                       |
 *      +---------------------------+-------------------------------------------+
 *   88 | prev_repl_uuid (16)       | next_repl_uuid (16)                       |
 *      +------------+--------------+-----------+----------+----------+---------+
 *  120 | crtime (8) | alignment (8)| class (1) | data (1) | zero (4) | machine |
 *      +------------+--------------+-----------+----------+----------+---------+
 *  144 | zero (3880)                                                           |
 *      +-------------------------------------------------+---------------------+
 * 4024 | shutdown state (64), zero where that is off     | checksum (8)        |
 *      +-------------------------------------------------+---------------------+ 4096
 * </pre>
 *
 * <p>The signature is ASCII padded with NUL. UUIDs are 16 raw bytes. The checksum is Fletcher64
 * over the 1024 words of 4 bytes, with the checksum itself taken as zero; PMDK's own pools with
 * {@link #INCOMPAT_CHECKSUM_2K} also take all from byte {@link #CHECKSUM_2K_END} on as zero.
 * Holdfast's own kinds never have that feature: every byte counts.
 *
 * <p>A pool that cannot be created without a name (see {@link PoolCreation}) has {@link
 * #UNFINISHED_SIGNATURE} in its first sector, and zero in the rest of it, until it is complete.
 */
final class PoolHeaderLayout {
  static final int BYTE_SIZE = 4096;

  /**
   * What a power failure does not tear: the unit in which the signature replaces the unfinished
   * one.
   */
  static final int SECTOR_SIZE = 512;

  static final int SIGNATURE = 0;
  static final int SIGNATURE_SIZE = 8;
  static final int MAJOR = 8;
  static final int COMPAT = 12;
  static final int INCOMPAT = 16;
  static final int RO_COMPAT = 20;
  static final int POOLSET_UUID = 24;
  static final int UUID = 40;
  static final int PREVIOUS_PART_UUID = 56;
  static final int NEXT_PART_UUID = 72;
  static final int PREVIOUS_REPLICA_UUID = 88;
  static final int NEXT_REPLICA_UUID = 104;
  static final int CREATION_TIME = 120;
  static final int ALIGNMENT = 128;
  static final int CLASS = 136;
  static final int DATA = 137;
  static final int MACHINE = 142;
  static final int CHECKSUM = 4088;

  static final int CHECKSUM_2K_END = 2048;

  /** Incompat feature: the checksum ends at {@link #CHECKSUM_2K_END}. */
  static final int INCOMPAT_CHECKSUM_2K = 2;

  /** One nibble per C type, its alignment less one: PMDK's value on 64-bit Linux. */
  static final long ALIGNMENT_LP64 = 0x0000_07f7_3777_7310L;

  static final byte CLASS_64_BIT = 2;
  static final byte DATA_LITTLE_ENDIAN = 1;

  /** ELF's {@code e_machine}. */
  private static final short MACHINE_X86_64 = 62;

  private static final short MACHINE_AARCH64 = 183;

  static final String UNFINISHED_SIGNATURE = "HFUNDONE";

  static final ValueLayout.OfShort LE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt LE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong BE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private PoolHeaderLayout() {}

  static short thisMachine() {
    return System.getProperty("os.arch").equals("aarch64") ? MACHINE_AARCH64 : MACHINE_X86_64;
  }

  /** {@return Fletcher64 over the page, with every byte from {@code end} on taken as zero} */
  static long fletcher64(MemorySegment page, int end) {
    int low = 0;
    int high = 0;
    for (int offset = 0; offset < BYTE_SIZE; offset += Integer.BYTES) {
      low += offset < end ? page.get(LE_INT, offset) : 0;
      high += low;
    }
    return (long) high << 32 | Integer.toUnsignedLong(low);
  }
}
