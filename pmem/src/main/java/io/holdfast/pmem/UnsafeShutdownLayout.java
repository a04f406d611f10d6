package io.holdfast.pmem;

/**
 * What {@link UnsafeShutdown} keeps on the medium: one cache line, little-endian.
 *
 * <pre>
 *  0                  8                16               24               32             64
 *  +---------+--------+----------------+----------------+----------------+--------------+
 *  | HFSHUTD | 0x01   | device (8)     | count (8)      | in use (8)     | zero (32)    |
 *  +---------+--------+----------------+----------------+----------------+--------------+
 * </pre>
 *
 * <p>The eighth byte is the version. The device is the 64-bit FNV-1a hash of the UTF-8 bytes of the
 * DIMMs' names, 1 in the place of 0. It is written last: the rest means something only where it is
 * that of the device at hand. In use is 0 or 1. No checksum: each word is written whole, and each
 * is checked for itself.
 */
final class UnsafeShutdownLayout {
  static final long BYTES = 64;

  static final long SIGNATURE = 0;
  static final long DEVICE = 8;
  static final long COUNT = 16;
  static final long IN_USE = 24;

  /** The signature and, in its highest byte, the version. */
  static final long SIGNATURE_VALUE = 0x01_44_54_55_48_53_46_48L;

  private static final int VERSION_SHIFT = 56;
  private static final long VERSIONLESS = (1L << VERSION_SHIFT) - 1;

  private static final long FNV_START = 0xCBF2_9CE4_8422_2325L;
  private static final long FNV_PRIME = 0x100_0000_01B3L;

  private UnsafeShutdownLayout() {}

  /** {@return whether a word is a signature, of whatever version} */
  static boolean isSignature(long word) {
    return ((word ^ SIGNATURE_VALUE) & VERSIONLESS) == 0;
  }

  /** {@return the version that a signature is of} */
  static int version(long signature) {
    return (int) (signature >>> VERSION_SHIFT);
  }

  /** {@return what stands for a device} */
  static long device(byte[] name) {
    long hash = FNV_START;
    for (byte b : name) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return hash == 0 ? 1 : hash;
  }
}
