package io.holdfast.collections;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Hashes of keys: 64 bits, all of them good. What they are is part of the format.
 *
 * <p>A {@code long} is mixed by the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014),
 * which is one to one; bytes by folded products, the idea of wyhash (Wang Yi).
 */
final class Hashing {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long A = 0x9E37_79B9_7F4A_7C15L;
  private static final long B = 0xD6E8_FEB8_6659_FD93L;

  private Hashing() {}

  static long hash(long key, long seed) {
    long z = key + seed;
    z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
    return z ^ z >>> 31;
  }

  static long hash(byte[] key, long seed) {
    long h = seed ^ key.length * A;
    int at = 0;
    for (; at + 8 <= key.length; at += 8) {
      h = fold(h ^ (long) LONG.get(key, at));
    }
    long rest = 0;
    for (int i = key.length - 1; i >= at; i--) {
      rest = rest << 8 | (key[i] & 0xFF);
    }
    return hash(fold(h ^ rest), seed);
  }

  private static long fold(long value) {
    long x = value ^ B;
    return x * A ^ Math.multiplyHigh(x, A);
  }

  /** {@return the fingerprint that belongs to {@code hash}, of a place that is taken} */
  static int fingerprint(long hash) {
    return ((int) hash & 0x7F) | PageLayout.TAKEN;
  }
}
