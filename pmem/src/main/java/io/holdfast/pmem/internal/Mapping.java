package io.holdfast.pmem.internal;

/**
 * What is behind the addresses of a {@link MappedPmem}, and how long.
 *
 * <p>Not safe for use by several threads at once, but for {@link #synchronise}, {@link #deepFlush}
 * and {@link #whyLost}.
 */
abstract sealed class Mapping permits FileMapping, ExistingMapping, JointMapping {

  abstract String name();

  abstract long address();

  /** {@return how many bytes can be mapped at the most} */
  abstract long reserved();

  /** Who may do what to the addresses while a thread is about to run machine code on them. */
  enum Addresses {
    /** They are kept until nobody can know them any more. */
    KEPT,
    /** Something else takes them once this has ended, so that machine code has to look first. */
    USED_AGAIN,
    /** They belong to somebody else, from whose hands machine code has to keep them. */
    FOREIGN
  }

  abstract Addresses addresses();

  /**
   * {@return whether there may be no space yet for some of the bytes, so that a store to them can
   * find the file system full}
   */
  abstract boolean mayHaveHoles();

  /**
   * {@return whether only flushing cache lines makes a store durable, since the kernel cannot
   * synchronise the pages}
   */
  abstract boolean isDevice();

  /** {@return what the length of what is mapped later has to be a multiple of, a power of two} */
  abstract long alignment();

  /**
   * {@return how many bytes there are to map from the mapping's start on; {@code mapped} if that
   * cannot change}
   */
  abstract long available(long mapped);

  /** {@return what is known to have happened to a part of the {@code mapped} bytes, or nothing} */
  abstract String whyLost(long offset, long length, long mapped);

  /** Maps what follows, too. */
  abstract void extend(long size, long newSize);

  /**
   * Checks that the memory is still there where closing is not this process's alone.
   *
   * @throws IllegalStateException if it is not
   */
  void checkAlive() {}

  /** Has the kernel make a range durable. */
  abstract void synchronise(long offset, long length);

  /** Makes a range, which is flushed, durable beyond the domain that power failures spare. */
  abstract void deepFlush(long offset, long length);

  /**
   * Ends the mapping. If its addresses are {@link Addresses#KEPT}, a thread that still stores then
   * stores to memory nobody reads.
   */
  abstract void end();

  /** Gives the addresses back, when nobody can use them any more. */
  abstract void release();
}
