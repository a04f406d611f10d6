package io.holdfast.bench;

/**
 * The places that the operations of a turn visit: {@code struct walk} of {@code pmem_workloads.h}.
 *
 * @param base the offset of slot 0
 * @param stride the bytes from one slot to the next
 * @param slots how many there are
 * @param order in which order they are visited
 * @param seed where the random numbers begin
 */
record Walk(long base, long stride, long slots, Order order, long seed) {
  private static final long LINE_BYTES = 64;

  /** In which order places are visited. */
  enum Order {
    RANDOM,
    SEQUENTIAL
  }

  /** {@return a walk over all multiples of {@code size} in {@code bytes} bytes at {@code begin}} */
  static Walk aligned(long begin, long bytes, long size, long seed) {
    return new Walk(begin, size, bytes / size, Order.RANDOM, seed);
  }

  /** {@return a walk over the same places one after the other} */
  static Walk sequential(long bytes, long size, long seed) {
    return new Walk(0, size, bytes / size, Order.SEQUENTIAL, seed);
  }

  /** {@return a walk over places that lie {@code shift} bytes behind the start of a line} */
  static Walk shifted(long bytes, long size, long shift, long seed) {
    long stride = (size + shift + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    return new Walk(shift, stride, bytes / stride, Order.RANDOM, seed);
  }

  /** {@return the slot to begin at} */
  long first() {
    return RandomSequence.below(seed, slots);
  }

  /** {@return the slot after {@code slot}, if the random sequence has come to {@code state}} */
  long next(long slot, long state) {
    if (order == Order.RANDOM) {
      return RandomSequence.below(state, slots);
    }
    return slot + 1 == slots ? 0 : slot + 1;
  }

  /** {@return the offset of a slot} */
  long place(long slot) {
    return base + slot * stride;
  }
}
