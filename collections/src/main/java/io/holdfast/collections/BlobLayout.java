package io.holdfast.collections;

/**
 * Bytes in an object of their own: a key or a value.
 *
 * <pre>
 *  0        4        8
 *  +--------+--------+-----------
 *  | length | 0      | bytes ...
 *  +--------+--------+-----------
 * </pre>
 */
final class BlobLayout {
  static final int TYPE = 0xFF04;

  static final int LENGTH = 0;
  static final int CONTENT = 8;

  private BlobLayout() {}
}
