package io.holdfast.collections;

/**
 * A B+ tree: its header and inner nodes. Leaves are {@link PageLayout pages}; where a node is
 * depends on the height alone, so that nodes do not say what they are.
 *
 * <pre>
 *  header   0          8          16         24         32
 *           +----------+----------+----------+----------+
 *           | format   | root     | height   | entries  |
 *           +----------+----------+----------+----------+
 *
 *  inner    0          8                  8 + 8 (n + 1)
 *           +----------+------------------+-------------------+-----------------+
 *           | count    | children         | words             | keys            |
 *           +----------+------------------+-------------------+-----------------+
 *           LONG keys: n = 62, no keys; BYTES keys: n = 41
 * </pre>
 *
 * <p>Height 0 means that the root is a leaf, or that the tree is empty if the root is 0. Of {@code
 * count} separators the i-th is not above any key of child i + 1 and above all of child i. A
 * separator of bytes is a blob that belongs to its node, and {@code words} its first eight bytes.
 */
final class TreeLayout {
  static final int TYPE = 0xFF00;
  static final int INNER_TYPE = 0xFF01;

  /** "BTR" and the version, above the kinds. */
  static final long MAGIC = 0x4254_5201L << 32;

  static final int FORMAT = 0;
  static final int ROOT = 8;
  static final int HEIGHT = 16;
  static final int SIZE = 24;
  static final int BYTES = 32;

  static final int COUNT = 0;
  static final int CHILDREN = 8;

  static final int MAX_HEIGHT = 24;

  private static final int LONG_SEPARATORS = 62;
  private static final int BYTES_SEPARATORS = 41;

  private TreeLayout() {}

  /** {@return the most separators of an inner node} */
  static int separators(Kind keys) {
    return keys == Kind.LONG ? LONG_SEPARATORS : BYTES_SEPARATORS;
  }

  /** {@return where an inner node's separators' words begin} */
  static int words(Kind keys) {
    return CHILDREN + 8 * (separators(keys) + 1);
  }

  /** {@return where an inner node's separators' blobs begin, if it has any} */
  static int blobs(Kind keys) {
    return words(keys) + 8 * separators(keys);
  }

  /** {@return bytes of an inner node} */
  static int innerBytes(Kind keys) {
    return keys == Kind.LONG ? blobs(keys) : blobs(keys) + 8 * separators(keys);
  }
}
