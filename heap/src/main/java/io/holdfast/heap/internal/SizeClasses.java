package io.holdfast.heap.internal;

/**
 * The block sizes of small objects, header included: steps of 16 bytes up to 256, then eight steps
 * per doubling up to 8 KiB, so that at most an eighth of a block above 128 bytes is waste.
 *
 * <p>A slab of a class holds as many blocks as fit behind its bitmap:
 *
 * <pre>
 *  0                    bitmap, 8 bytes per 64 blocks, 1 = taken
 *  dataOffset           block 0: 8 bytes header, object at a multiple of 16
 *  + blockBytes         block 1 ...
 * </pre>
 */
final class SizeClasses {
  /** The largest block that comes from a slab, in bytes. */
  static final int MAX_BLOCK_BYTES = 8192;

  private static final int LINEAR = 128;
  private static final int STEP = 16;
  private static final int LINEAR_CLASSES = LINEAR / STEP;
  private static final int PER_DOUBLING = 8;
  static final int COUNT = classOf(MAX_BLOCK_BYTES) + 1;

  private static final int[] BLOCK_BYTES = new int[COUNT];
  private static final int[] PAGES = new int[COUNT];
  private static final int[] BLOCKS = new int[COUNT];

  static {
    for (int c = 0; c < COUNT; c++) {
      int block =
          c < LINEAR_CLASSES
              ? (c + 1) * STEP
              : (LINEAR << ((c - LINEAR_CLASSES) / PER_DOUBLING))
                  / PER_DOUBLING
                  * (PER_DOUBLING + 1 + (c - LINEAR_CLASSES) % PER_DOUBLING);
      BLOCK_BYTES[c] = block;
      PAGES[c] = block <= 512 ? 4 : 16;
      int bytes = PAGES[c] * HeapLayout.PAGE_BYTES;
      int blocks = bytes / block;
      while (dataOffsetFor(blocks) + blocks * block > bytes) {
        blocks--;
      }
      BLOCKS[c] = blocks;
    }
  }

  private SizeClasses() {}

  /**
   * {@return the class of the smallest block of at least {@code bytes}, 1 to {@link
   * #MAX_BLOCK_BYTES}}
   */
  static int classOf(int bytes) {
    if (bytes <= LINEAR) {
      return (bytes - 1) / STEP;
    }
    int doubling = 31 - Integer.numberOfLeadingZeros(bytes - 1);
    int below = bytes - 1 - (1 << doubling);
    return LINEAR_CLASSES + (doubling - 7) * PER_DOUBLING + (below >>> (doubling - 3));
  }

  static int blockBytes(int sizeClass) {
    return BLOCK_BYTES[sizeClass];
  }

  static int pages(int sizeClass) {
    return PAGES[sizeClass];
  }

  static int blocks(int sizeClass) {
    return BLOCKS[sizeClass];
  }

  static int bitmapWords(int sizeClass) {
    return (BLOCKS[sizeClass] + 63) / 64;
  }

  static int dataOffset(int sizeClass) {
    return dataOffsetFor(BLOCKS[sizeClass]);
  }

  private static int dataOffsetFor(int blocks) {
    return ((blocks + 63) / 64 * 8 + 15 & -16) + 8;
  }
}
