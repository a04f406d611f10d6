package io.holdfast.heap.internal;

/**
 * The 8 bytes before an object: which object of which type lives there.
 *
 * <pre>
 *  63          45  44   43               20 19                0
 *  +-------------+----+-------------------+-------------------+
 *  | 0           | 1  | type              | generation        |  a living object
 *  +-------------+----+-------------------+-------------------+
 *  | check       | 0  | type              | generation        |  a freed one
 *  +-------------+----+-------------------+-------------------+
 * </pre>
 *
 * <p>The generation changes with every object that begins at the same place and is repeated in
 * references, so that a reference to a freed object is recognised; it is never 0. The check tells a
 * freed object's header from bytes that a larger object or a part of a record has left there.
 */
public final class ObjectHeader {
  /** Bits of a generation. */
  public static final int GENERATION_BITS = 20;

  private static final long GENERATION_MASK = (1L << GENERATION_BITS) - 1;
  private static final int TYPE_BITS = 24;
  private static final long TYPE_MASK = (1L << TYPE_BITS) - 1;
  private static final long LIVE = 1L << (GENERATION_BITS + TYPE_BITS);
  private static final int CHECK_SHIFT = GENERATION_BITS + TYPE_BITS + 1;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;
  private static final int ADDRESS_BITS = 64 - GENERATION_BITS;

  private ObjectHeader() {}

  /** {@return the header of a living object} */
  public static long of(int type, long generation) {
    return LIVE | (type & TYPE_MASK) << GENERATION_BITS | (generation & GENERATION_MASK);
  }

  /** {@return the generation in {@code header}} */
  public static long generation(long header) {
    return header & GENERATION_MASK;
  }

  /** {@return the type in {@code header}} */
  public static int type(long header) {
    return (int) (header >>> GENERATION_BITS & TYPE_MASK);
  }

  /** {@return whether {@code header} is that of a living object} */
  public static boolean isLive(long header) {
    return (header & LIVE) != 0 && header >>> (GENERATION_BITS + TYPE_BITS + 1) == 0;
  }

  /** {@return whether {@code reference} names the object with {@code header}, and that lives} */
  static boolean fits(long reference, long header) {
    return isLive(header) && generation(header) == referencedGeneration(reference);
  }

  /** {@return {@code header}, which is at {@code place}, after its object was freed} */
  static long freed(long header, long place) {
    long kept = header & (LIVE - 1);
    return kept | scattered(place, kept) << CHECK_SHIFT;
  }

  /**
   * {@return the generation of the next object at a place that holds {@code found}}
   *
   * <p>It is the next after a freed object's. Where something else has lain since, nothing tells
   * which generations have been used, and it begins anywhere.
   *
   * @param sequence a number that grows with every record
   */
  static long nextGeneration(long found, long place, long sequence) {
    long before = found == freed(found, place) ? found : scattered(place, sequence);
    long next = before + 1 & GENERATION_MASK;
    return next == 0 ? 1 : next;
  }

  private static long scattered(long place, long value) {
    long mixed = (place + value * MIX) * MIX;
    return ((mixed ^ mixed >>> 32) * MIX) >>> ADDRESS_BITS;
  }

  /** {@return the reference to the object at {@code address} with the given header} */
  public static long reference(long address, long header) {
    return generation(header) << ADDRESS_BITS | address >>> 4;
  }

  /** {@return the address in {@code reference}} */
  public static long address(long reference) {
    return (reference & (1L << ADDRESS_BITS) - 1) << 4;
  }

  /** {@return the generation in {@code reference}} */
  public static long referencedGeneration(long reference) {
    return reference >>> ADDRESS_BITS;
  }
}
