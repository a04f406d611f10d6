package io.holdfast.pmem;

import io.holdfast.pmem.internal.SystemMedium;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A mapped range of persistent memory.
 *
 * <p>A store is visible at once and durable only as its {@link #granularity} says: at {@link
 * Granularity#BYTE} it is durable when visible; at {@link Granularity#CACHE_LINE} once it is
 * {@linkplain #flush flushed} and the <em>same thread</em> has {@linkplain #drain drained}; at
 * {@link Granularity#PAGE} once it is flushed. Plain stores between two drains may reach the medium
 * in any order and in any subset of 8-byte words; only {@linkplain #putLongRelease ordered} stores
 * keep their order within one cache line. Aligned stores of up to 8 bytes never tear. A private
 * mapping never reaches the medium.
 *
 * <p>Memory that is lost, by poison or since another program has shortened the file, is an
 * exception where it is used; see {@link #mediaError}. One case crashes the JVM: at a granularity
 * finer than {@link Granularity#PAGE}, a page that has been used before is lost, and flushed,
 * copied, moved or filled to before any other use has reported a fault of the mapping. (What a move
 * reads is looked at just before: it may be lost long before the move, but not during it.)
 *
 * <p>All offsets and lengths are in bytes, relative to the mapping, and checked against its size: a
 * method throws {@link IndexOutOfBoundsException} if its range does not lie within, and {@link
 * IllegalArgumentException} if an offset that must be a multiple of 8 is not, or if it would store
 * and the mapping is for reading only. May be shared between threads; after {@link #close} every
 * method throws {@link IllegalStateException}.
 */
public abstract class PmemMap implements AutoCloseable {

  /** For implementations. */
  protected PmemMap() {}

  /**
   * Makes a mapping of memory that something else has mapped, such as {@code FileChannel.map} or a
   * native library, so that its stores can be made durable. The memory stays its owner's: {@link
   * #close} only forgets it, and once the owner has closed the segment's arena, methods that need
   * the memory throw {@link IllegalStateException}.
   *
   * <p>That the memory is of the given granularity is the caller's word. If it is wrong, nothing
   * breaks, but what is persisted may be lost with the power. Memory that its owner unmaps without
   * closing the segment's arena must not be used after that, as with the segment itself. What is
   * flushed or copied costs about as much as a fence if threads share the arena, since the memory
   * is kept from its owner's hands meanwhile.
   *
   * @param memory native memory that begins at a page; if it is read-only, so is the mapping; if it
   *     is confined to a thread, so is what uses the memory
   * @param granularity what stores to it need to become durable
   * @return the mapping, which the caller closes
   * @throws IllegalArgumentException if {@code memory} is memory of the Java heap
   * @throws MapException if it begins at address 0 or not at a page, if it has no bytes, or if an
   *     open mapping has some of them ({@link MapException.Reason#MAP_EXISTS})
   * @throws GranularityUnavailableException if {@code granularity} is finer than PAGE and cache
   *     lines cannot be flushed
   */
  public static PmemMap ofExisting(MemorySegment memory, Granularity granularity) {
    return SystemMedium.mapExisting(memory, granularity);
  }

  /** {@return how much of a store travels to the medium at once} */
  public abstract Granularity granularity();

  /** {@return the number of bytes mapped, which {@link #grow} may increase} */
  public abstract long size();

  /**
   * {@return the mapped memory, of {@link #size} bytes} What is stored through it goes around the
   * methods of this class: it is as durable as what {@link #putLong} stores, but a simulated medium
   * can only find it afterwards, by comparing, and knows neither who stored it nor in which order.
   */
  public abstract MemorySegment segment();

  /**
   * Extends the mapping over a part of its file that has been allocated meanwhile. Existing offsets
   * keep their meaning and address.
   *
   * @param newSize the new size in bytes, from {@link #size()} to the reservation of {@link
   *     MapConfig#reserve}
   * @throws MapException if the range is not reserved or lies beyond the end of the file
   */
  public abstract void grow(long newSize);

  /**
   * {@return the byte at {@code offset}}
   *
   * @param offset where in the mapping, in bytes
   */
  public abstract byte getByte(long offset);

  /**
   * {@return the short at {@code offset}, little-endian, not necessarily aligned}
   *
   * @param offset where in the mapping, in bytes
   */
  public abstract short getShort(long offset);

  /**
   * {@return the int at {@code offset}, little-endian, not necessarily aligned}
   *
   * @param offset where in the mapping, in bytes
   */
  public abstract int getInt(long offset);

  /**
   * {@return the long at {@code offset}, little-endian, not necessarily aligned}
   *
   * @param offset where in the mapping, in bytes
   */
  public abstract long getLong(long offset);

  /**
   * {@return the long at {@code offset}, little-endian, read with acquire semantics}
   *
   * @param offset where in the mapping, in bytes, a multiple of 8
   */
  public abstract long getLongAcquire(long offset);

  /**
   * Stores a byte.
   *
   * @param offset where in the mapping, in bytes
   * @param value what is stored
   */
  public abstract void putByte(long offset, byte value);

  /**
   * Stores a short, little-endian, not necessarily aligned.
   *
   * @param offset where in the mapping, in bytes
   * @param value what is stored
   */
  public abstract void putShort(long offset, short value);

  /**
   * Stores an int, little-endian, not necessarily aligned.
   *
   * @param offset where in the mapping, in bytes
   * @param value what is stored
   */
  public abstract void putInt(long offset, int value);

  /**
   * Stores a long, little-endian, not necessarily aligned.
   *
   * @param offset where in the mapping, in bytes
   * @param value what is stored
   */
  public abstract void putLong(long offset, long value);

  /**
   * Stores a long, little-endian, with release semantics: within its cache line it reaches the
   * medium no earlier than the stores before it.
   *
   * @param offset where in the mapping, in bytes, a multiple of 8
   * @param value what is stored
   */
  public abstract void putLongRelease(long offset, long value);

  /**
   * Clears bits of a long, atomically and ordered as {@link #putLongRelease} is.
   *
   * @param offset where in the mapping, in bytes, a multiple of 8
   * @param mask the bits that stay
   */
  public abstract void andLong(long offset, long mask);

  /**
   * Sets bits of a long, atomically and ordered as {@link #putLongRelease} is.
   *
   * @param offset where in the mapping, in bytes, a multiple of 8
   * @param mask the bits to set
   */
  public abstract void orLong(long offset, long mask);

  /**
   * Adds to a long, atomically, also against other processes that map the same bytes, and ordered
   * as {@link #putLongRelease} is.
   *
   * @param offset where in the mapping, in bytes, a multiple of 8
   * @param delta what is added
   * @return the value before, read with acquire semantics
   */
  public abstract long getAndAddLong(long offset, long delta);

  /**
   * Replaces a long if it has the expected value, atomically, also against other processes that map
   * the same bytes, and ordered as {@link #putLongRelease} is. A value that differs is not stored
   * to.
   *
   * @param offset where in the mapping, in bytes, a multiple of 8
   * @param expected the value to be replaced
   * @param value what is stored then
   * @return the value before, read with acquire semantics: {@code expected} if it was replaced
   */
  public abstract long compareAndExchangeLong(long offset, long expected, long value);

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
   * Copies bytes into the mapping; 8-byte aligned words do not tear. Durable on return unless
   * {@code mode} says otherwise.
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
   * Moves bytes within the mapping, as if through a buffer where the ranges overlap. Durable on
   * return unless {@code mode} says otherwise.
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
   * Copies bytes into the mapping on another thread. The range is durable when the future
   * completes: copied, flushed and fenced by the thread that completes it. Until then any part of
   * it may have been stored and any part of that may reach the medium, as also if it completes
   * exceptionally or is cancelled. A cancelled copy stops within a mebibyte; when it has stopped
   * cannot be told.
   *
   * <p>The future completes exceptionally with {@link IllegalStateException} if the mapping or the
   * source's arena is closed meanwhile, {@link MediaErrorException} or {@link InternalError} if
   * memory faults, and with whatever else {@link #copy} throws.
   *
   * @param offset where in the mapping
   * @param source the bytes, heap or native, not part of this mapping, of an arena that the
   *     executor's threads may use
   * @param sourceOffset where in the source
   * @param length how many bytes
   * @param executor runs the copy, in one piece of work
   * @return completes with {@code null} when the range is durable
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no more work
   */
  public CompletableFuture<Void> copyAsync(
      long offset, MemorySegment source, long sourceOffset, long length, Executor executor) {
    Objects.checkFromIndexSize(sourceOffset, length, source.byteSize());
    checkStore(offset, length);
    return AsyncStores.copy(this, offset, source, sourceOffset, length, executor);
  }

  /**
   * Moves bytes within the mapping on another thread, as if through a buffer where the ranges
   * overlap. When it is durable, and how it fails or is cancelled, is as with {@link #copyAsync}.
   *
   * @param offset where to
   * @param sourceOffset where from
   * @param length how many bytes
   * @param executor runs the move, in one piece of work
   * @return completes with {@code null} when the range is durable
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no more work
   */
  public CompletableFuture<Void> moveAsync(
      long offset, long sourceOffset, long length, Executor executor) {
    Objects.checkFromIndexSize(sourceOffset, length, size());
    checkStore(offset, length);
    return AsyncStores.move(this, offset, sourceOffset, length, executor);
  }

  /**
   * Fills a range with one byte on another thread. When it is durable, and how it fails or is
   * cancelled, is as with {@link #copyAsync}.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   * @param value the byte
   * @param executor runs the fill, in one piece of work
   * @return completes with {@code null} when the range is durable
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no more work
   */
  public CompletableFuture<Void> fillAsync(
      long offset, long length, byte value, Executor executor) {
    checkStore(offset, length);
    return AsyncStores.fill(this, offset, length, value, executor);
  }

  /**
   * For implementations: checks a range that is to be stored to, as all methods that store do.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   */
  protected void checkStore(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, size());
  }

  /**
   * Brings cache lines near because this thread will soon store to them, so that the stores need
   * not wait for the memory. A hint, which changes nothing and waits for nothing; this
   * implementation ignores it.
   *
   * @param offset where in the mapping
   * @param length how many bytes; of very many only the first are brought
   */
  public void prefetch(long offset, long length) {}

  /**
   * Starts making a range durable; at {@link Granularity#PAGE} it is durable on return.
   *
   * @param offset where in the mapping
   * @param length how many bytes; whole cache lines (pages) are flushed
   * @throws SystemCallException if the kernel cannot synchronise the pages
   */
  public abstract void flush(long offset, long length);

  /**
   * Waits until everything this thread has flushed or copied so far is durable (a store fence;
   * nothing at {@link Granularity#PAGE}).
   */
  public abstract void drain();

  /**
   * Makes a range durable: {@link #flush} and {@link #drain}.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   * @throws SystemCallException if the kernel cannot synchronise the pages
   */
  public void persist(long offset, long length) {
    flush(offset, length);
    drain();
  }

  /**
   * Makes a range durable beyond the platform's power-fail protected domain, where there is one.
   *
   * @param offset where in the mapping
   * @param length how many bytes
   * @throws MapException if the memory is private or anonymous ({@link
   *     MapException.Reason#NOT_SUPPORTED})
   * @throws DeviceException if a device DAX belongs to no region of persistent memory
   * @throws SystemCallException if the kernel refuses
   */
  public abstract void deepFlush(long offset, long length);

  /**
   * Translates a fault that Java code met in this mapping's memory: poison, or a file that another
   * program has cut short.
   *
   * <p>The methods of this class that take a range do so themselves where they can. The typed ones,
   * {@link #read} of less than a page and what is done with {@link #segment} cannot, since HotSpot
   * throws a fault only at the thread's next safepoint poll; who can tell which mapping was in use
   * catches {@link InternalError} further out and throws what this method returns. It also keeps
   * flushes, copies, moves and fills, which are machine code, away from what is lost.
   *
   * @param fault what was caught
   * @return the exception that names this mapping, with {@code fault} as its cause
   * @throws InternalError {@code fault} itself, if it is none of HotSpot's reports of a memory
   *     fault
   */
  public MediaErrorException mediaError(InternalError fault) {
    checkIsFault(fault);
    return new MediaErrorException("offset 0 + " + size() + " cannot be accessed", fault);
  }

  /**
   * Throws the memory fault that this thread has met, if any, now rather than at its next safepoint
   * poll: what was read before is known to be real afterwards. Costs about ten nanoseconds.
   *
   * @throws MediaErrorException if an access to mapped memory has faulted
   */
  public void checkFaults() {
    // nothing faults unless an implementation says so
  }

  /**
   * For implementations of {@link #mediaError}: tells a memory fault from other internal errors.
   *
   * @param fault what was caught
   * @throws InternalError {@code fault} itself, if it is none of HotSpot's reports of a memory
   *     fault
   */
  protected static void checkIsFault(InternalError fault) {
    String message = fault.getMessage();
    if (message == null || !message.startsWith("a fault occurred in ")) {
      throw fault;
    }
  }

  /** Unmaps. Nothing becomes durable by it; closing twice changes nothing. */
  @Override
  public abstract void close();
}
