package io.holdfast.collections;

/**
 * A hash table: stripes, each a table of its own by extendible hashing (Fagin et al., TODS 1979; on
 * persistent memory: CCEH, Nam et al., FAST 2019), so that it grows bucket by bucket.
 *
 * <pre>
 *  header     0          8          16         24         32
 *             +----------+----------+----------+----------+---------------------
 *             | format   | seed     | 0        | 0        | stripes, 64 bytes each
 *             +----------+----------+----------+----------+---------------------
 *
 *  stripe     0           8          16         24         32
 *             +-----------+----------+----------+----------+--------------------
 *             | directory | depth    | entries  | deepest  | 0
 *             +-----------+----------+----------+----------+--------------------
 *
 *  directory  2^depth references of buckets
 * </pre>
 *
 * <p>A hash's highest bits choose the stripe, the next {@code depth} the bucket, the lowest seven
 * are the fingerprint. In a stripe of depth 0 the one bucket stands in the directory's place, 0 if
 * there is none. Buckets are {@link PageLayout pages}; {@code meta} is how many bits the hashes of
 * a bucket's entries have in common, and {@code next} the page where a bucket goes on that cannot
 * be split. {@code deepest} counts the buckets that have {@code depth} bits in common.
 *
 * <p>An entry's word is the key itself if it is a {@code long}, else the key's hash.
 */
final class HashLayout {
  static final int TYPE = 0xFF08;
  static final int DIRECTORY_TYPE = 0xFF09;

  /** "HSH" and the version, above the kinds. */
  static final long MAGIC = 0x4853_4801L << 32;

  static final int FORMAT = 0;
  static final int SEED = 8;
  static final int STRIPES = 32;
  static final int STRIPE_BYTES = 64;

  static final int DIRECTORY = 0;
  static final int DEPTH = 8;
  static final int SIZE = 16;
  static final int DEEPEST = 24;

  static final int STRIPE_BITS = 4;
  static final int STRIPE_COUNT = 1 << STRIPE_BITS;
  static final int BYTES = STRIPES + STRIPE_COUNT * STRIPE_BYTES;

  private HashLayout() {}
}
