package io.holdfast.collections;

/**
 * A page: the leaf of a tree, the bucket of a hash table. Its entries have no order, so that to add
 * one changes three words: a key, a value and one of the fingerprints that say which places are
 * taken.
 *
 * <pre>
 *  0                              28     32                                   480        488
 *  +------------------------------+------+------------------------------------+----------+
 *  | fingerprints, a byte a place | meta | entries                            | next     |
 *  +------------------------------+------+------------------------------------+----------+
 *
 *  an entry:   LONG keys    word | value              28 places of 16 bytes
 *              BYTES keys   word | key | value        18 places of 24 bytes
 * </pre>
 *
 * <p>A fingerprint is 0 in a free place, else 128 + 7 bits of the key's hash (the idea is FPTree's:
 * Oukid et al., SIGMOD 2016). {@code word} is what the map compares first; {@code key} is the
 * reference of a {@link BlobLayout blob}, as is the value of a map with values of bytes. {@code
 * meta} and {@code next} are the hash table's.
 *
 * <p>With its header of 8 bytes a page is a block of 512 bytes, which the heap puts so that
 * fingerprints and header share a cache line and four entries of 16 bytes fill one.
 */
final class PageLayout {
  static final int TYPE = 0xFF02;

  static final int PRINTS = 0;
  static final int META = 28;
  static final int ENTRIES = 32;
  static final int NEXT = 480;
  static final int BYTES = 488;

  private static final int ENTRY_BYTES = 448;

  /** A fingerprint of a taken place has this bit. */
  static final int TAKEN = 0x80;

  private PageLayout() {}

  /** {@return bytes of an entry} */
  static int stride(Kind keys) {
    return keys == Kind.LONG ? 16 : 24;
  }

  /** {@return what stands for a kind in a map's format word, in a byte} */
  static long code(Kind kind) {
    return switch (kind) {
      case LONG -> 0;
      case BYTES -> 1;
    };
  }

  /** {@return how many places a page has} */
  static int places(Kind keys) {
    return ENTRY_BYTES / stride(keys);
  }
}
