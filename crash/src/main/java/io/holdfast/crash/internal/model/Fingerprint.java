package io.holdfast.crash.internal.model;

/**
 * 128 bits that stand for a set of words or of files: the sum of its members' hashes, so that
 * exchanging one word costs the same in a file of any size. Equal fingerprints are taken for equal
 * images; immutable.
 */
public record Fingerprint(long high, long low) {
  public static final Fingerprint NONE = new Fingerprint(0, 0);

  public Fingerprint plus(long moreHigh, long moreLow) {
    return new Fingerprint(high + moreHigh, low + moreLow);
  }

  /** {@return this fingerprint with {@code text} added at the end of a sequence} */
  public Fingerprint then(String text) {
    long code = text(text);
    return new Fingerprint(mix(high + code), mix(low * 31 + code));
  }

  /**
   * {@return the low half for a file word; 0 for a word of zeroes, so that absent and zeroed bytes
   * are the same}
   */
  public static long low(long index, long value) {
    return value == 0 ? 0 : mix(value * 0x9E3779B97F4A7C15L + mix(index + 1));
  }

  /** {@return the high half for a file word} */
  public static long high(long index, long value) {
    return value == 0
        ? 0
        : mix((value ^ 0x6A09E667F3BCC909L) * 0xD1342543DE82EF95L + index * 0xC2B2AE3D27D4EB4FL);
  }

  /** {@return the fingerprint of a file of that name, size and content} */
  public static Fingerprint file(long name, long size, long contentHigh, long contentLow) {
    long low = mix(mix(name + size * 0x9E3779B97F4A7C15L) + contentLow);
    return new Fingerprint(mix((low ^ name) * 0xD1342543DE82EF95L + contentHigh), low);
  }

  public static long text(String text) {
    long code = text.length();
    for (int i = 0; i < text.length(); i++) {
      code = mix(code + text.charAt(i));
    }
    return code;
  }

  /**
   * Stafford's variant 13 of the MurmurHash3 finaliser, as in {@code java.util.SplittableRandom}.
   */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
