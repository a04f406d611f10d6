package io.holdfast.bench;

/**
 * SplitMix64, from which both sides draw the same numbers: {@code next_random} of {@code peer.h}.
 *
 * <p>It has no state of its own: a loop adds {@link #STEP} to its state and asks for what the state
 * means, so that drawing a number costs a few instructions and no memory.
 */
final class RandomSequence {
  /** What the state grows by from one number to the next. */
  static final long STEP = 0x9e3779b97f4a7c15L;

  private RandomSequence() {}

  /** {@return the number that belongs to {@code state}} */
  static long number(long state) {
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /**
   * {@return the number that belongs to {@code state}, brought to 0 to {@code bound - 1}; below
   * 2^32}
   */
  static long below(long state, long bound) {
    return ((number(state) >>> 32) * bound) >>> 32;
  }

  /** Puts the first {@code count} of {@code values} into an order that depends on {@code seed}. */
  static void shuffle(long[] values, int count, long seed) {
    long state = seed;
    for (int i = count; i > 1; i--) {
      state += STEP;
      int other = (int) below(state, i);
      long last = values[i - 1];
      values[i - 1] = values[other];
      values[other] = last;
    }
  }
}
