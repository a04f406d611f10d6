package io.holdfast.pmem.internal;

/**
 * The sizes of small blocks: 16 bytes apart up to 128, then eight to each doubling, so that at most
 * an eighth of a block is wasted beyond rounding to 16 bytes (jemalloc's spacing, twice as fine).
 *
 * <p>Blocks of a size are cut from slabs, as many 64 KiB long as it takes to waste little at their
 * ends.
 */
final class SizeClasses {
  /** The largest small block, in bytes. */
  static final int LARGEST = 32 << 10;

  /** What slabs begin at a multiple of, and consist of, in bytes. */
  static final int SLAB_UNIT = 64 << 10;

  /** What blocks begin at a multiple of, in bytes. */
  static final int QUANTUM = 16;

  private static final int STEPS_LOG = 3;
  private static final int LINEAR_LOG = 7;
  private static final int LINEAR = (1 << LINEAR_LOG) / QUANTUM;
  private static final int LARGEST_LOG = 15;

  /** How many classes there are. */
  static final int COUNT = LINEAR + ((LARGEST_LOG - LINEAR_LOG) << STEPS_LOG);

  private static final int MOST_UNITS = 8;

  /** An end of a slab that holds no block may be one part in so many of it. */
  private static final int END_PART = 50;

  private static final int[] BYTES = new int[COUNT];
  private static final int[] UNITS = new int[COUNT];

  static {
    for (int i = 0; i < COUNT; i++) {
      int step = i - LINEAR;
      int group = LINEAR_LOG + (step >> STEPS_LOG);
      BYTES[i] =
          i < LINEAR
              ? (i + 1) * QUANTUM
              : (1 << group) + (((step & ((1 << STEPS_LOG) - 1)) + 1) << (group - STEPS_LOG));
      UNITS[i] = units(BYTES[i]);
    }
  }

  private SizeClasses() {}

  private static int units(int blockBytes) {
    int units = 1;
    while (units < MOST_UNITS && units * SLAB_UNIT % blockBytes > units * SLAB_UNIT / END_PART) {
      units++;
    }
    return units;
  }

  /** {@return the class of the smallest blocks with at least {@code bytes}} */
  static int of(long bytes) {
    if (bytes <= 1 << LINEAR_LOG) {
      return bytes == 0 ? 0 : (int) (bytes - 1) / QUANTUM;
    }
    int group = 63 - Long.numberOfLeadingZeros(bytes - 1);
    int step = (int) ((bytes - 1) >> (group - STEPS_LOG)) & ((1 << STEPS_LOG) - 1);
    return LINEAR + ((group - LINEAR_LOG) << STEPS_LOG) + step;
  }

  /**
   * {@return the class of the smallest blocks with at least {@code bytes} that all begin at a
   * multiple of {@code alignment}; {@link #COUNT} if there is none}
   *
   * @param alignment a power of two, at most a slab's
   */
  static int of(long bytes, long alignment) {
    if (bytes > LARGEST) {
      return COUNT;
    }
    int sizeClass = of(bytes);
    while (sizeClass < COUNT && (BYTES[sizeClass] & (alignment - 1)) != 0) {
      sizeClass++;
    }
    return sizeClass;
  }

  /** {@return the bytes of a block} */
  static int blockBytes(int sizeClass) {
    return BYTES[sizeClass];
  }

  /** {@return the bytes of a slab} */
  static int slabBytes(int sizeClass) {
    return UNITS[sizeClass] * SLAB_UNIT;
  }
}
