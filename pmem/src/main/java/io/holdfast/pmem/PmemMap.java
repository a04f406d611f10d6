package io.holdfast.pmem;

import java.lang.foreign.MemorySegment;

/**
 * A mapped range of persistent memory.
 *
 * <p>A store is visible at once and durable only as its {@link #granularity} says: at {@link Granularity#BYTE} it is
 * durable when visible; at {@link Granularity#CACHE_LINE} once it is {@linkplain #flush flushed} and the <em>same
 * thread</em> has {@linkplain #drain drained}; at {@link Granularity#PAGE} once it is flushed. Plain stores between two
 * drains may reach the medium in any order and in any subset of 8-byte words; only {@linkplain #putLongRelease
 * ordered} stores keep their order within one cache line. Aligned stores of up to 8 bytes never tear. A private mapping
 * never reaches the medium.
 *
 * <p>All offsets and lengths are in bytes, relative to the mapping, and checked against its size. May be shared between
 * threads; after {@link #close} every method throws {@link IllegalStateException}.
 */
public abstract class PmemMap implements AutoCloseable {

  /** For implementations. */
  protected PmemMap() {}

  /** {@return how much of a store travels to the medium at once} */
  public abstract Granularity granularity();

  /** {@return the number of bytes mapped, which {@link #grow} may increase} */
  public abstract long size();

  /**
   * {@return the mapped memory, of {@link #size} bytes} A simulated mapping's segment is read-only, since what is
   * stored around the methods of this class could not be recorded.
   */
  public abstract MemorySegment segment();

  /**
   * Extends the mapping over a part of its file that has been allocated meanwhile. Existing offsets keep their
   * meaning and address.
   *
   * @param newSize the new size in bytes, from {@link #size()} to the reservation of {@link MapConfig#reserve}
   * @throws MapException if the range is not reserved or lies beyond the end of the file
   */
  public abstract void grow(long newSize);

  /** {@return the byte at {@code offset}} */
  public abstract byte getByte(long offset);

  /** {@return the short at {@code offset}, little-endian, not necessarily aligned} */
  public abstract short getShort(long offset);

  /** {@return the int at {@code offset}, little-endian, not necessarily aligned} */
  public abstract int getInt(long offset);

  /** {@return the long at {@code offset}, little-endian, not necessarily aligned} */
  public abstract long getLong(long offset);

  /** {@return the long at {@code offset}, a multiple of 8, read with acquire semantics} */
  public abstract long getLongAcquire(long offset);

  /** Stores a byte at {@code offset}. */
  public abstract void putByte(long offset, byte value);

  /** Stores a short at {@code offset}, little-endian, not necessarily aligned. */
  public abstract void putShort(long offset, short value);

  /** Stores an int at {@code offset}, little-endian, not necessarily aligned. */
  public abstract void putInt(long offset, int value);

  /** Stores a long at {@code offset}, little-endian, not necessarily aligned. */
  public abstract void putLong(long offset, long value);

  /**
   * Stores a long at {@code offset}, a multiple of 8, with release semantics: within its cache line it reaches the
   * medium no earlier than the stores before it.
   */
  public abstract void putLongRelease(long offset, long value);

  /** Clears in the long at {@code offset}, a multiple of 8, the bits not in {@code mask}, atomically and ordered. */
  public abstract void andLong(long offset, long mask);

  /** Sets in the long at {@code offset}, a multiple of 8, the bits in {@code mask}, atomically and ordered. */
  public abstract void orLong(long offset, long mask);

  /**
   * Copies bytes out of the mapping.
   *
   * @param offset where in the mapping
   * @param destination receives them, heap or native
   * @param destinationOffset where in the destination
   * @param length how many bytes
   */
  public abstract void read(
      long offset, MemorySegment destination, long destinationOffset, long length);

  /**
   * Copies bytes into the mapping; 8-byte aligned words do not tear. Durable on return unless {@code mode} says
   * otherwise.
   *
   * @param offset where in the mapping
   * @param source the bytes, heap or native, not part of this mapping
   * @param sourceOffset where in the source
   * @param length how many bytes
   * @param mode how the bytes travel and what is awaited
   */
  public abstract void copy(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode);

  /**
   * Moves bytes within the mapping, as if through a buffer where the ranges overlap. Durable on return unless {@code
   * mode} says otherwise.
   *
   * @param offset where to
   * @param sourceOffset where from
   * @param length how many bytes
   * @param mode how the bytes travel and what is awaited
   */
  public abstract void move(long offset, long sourceOffset, long length, CopyMode mode);

  /**
   * Fills a range with one byte. Durable on return unless {@code mode} says otherwise.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   * @param value the byte
   * @param mode how the bytes travel and what is awaited
   */
  public abstract void fill(long offset, long length, byte value, CopyMode mode);

  /**
   * Starts making a range durable; at {@link Granularity#PAGE} it is durable on return.
   *
   * @param offset where in the mapping
   * @param length how many bytes; whole cache lines (pages) are flushed
   * @throws SystemCallException if the kernel cannot synchronise the pages
   */
  public abstract void flush(long offset, long length);

  /**
   * Waits until everything this thread has flushed or copied so far is durable (a store fence; nothing at {@link
   * Granularity#PAGE}).
   */
  public abstract void drain();

  /**
   * Makes a range durable: {@link #flush} and {@link #drain}.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   * @throws SystemCallException if the kernel cannot synchronise the pages
   */
  public final void persist(long offset, long length) {
    flush(offset, length);
    drain();
  }

  /**
   * Makes a range durable beyond the platform's power-fail protected domain, where there is one.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   * @throws SystemCallException if the kernel refuses
   */
  public abstract void deepFlush(long offset, long length);

  /** Unmaps. Nothing becomes durable by it; closing twice changes nothing. */
  @Override
  public abstract void close();
}
