package io.holdfast.heap;

import io.holdfast.heap.internal.ActionBatch;

/**
 * Changes that are prepared outside a transaction and published together: objects that are reserved
 * and filled, others that shall be freed, values that shall be stored.
 *
 * <p>A crash before they are published leaves nothing of them, a crash after it all: publishing
 * makes one record, durable on return. Until then nobody sees them, reserved space is nobody
 * else's, and no lock is held; actions that are cancelled, or that still wait when the heap is
 * closed, give their space back.
 *
 * <p>For one thread at a time, which may be another one for each call. When they have been
 * published or cancelled they are empty and can be used again. Nothing is allocated on the Java
 * heap by their methods.
 */
public sealed interface Actions extends AutoCloseable permits ActionBatch {

  /**
   * Reserves an object. It can be filled with this object's {@code put} methods only, and begins to
   * exist when it is published.
   *
   * @param byteSize how many bytes the object has, at least 1
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @param content what it holds before
   * @return the address it is going to have, a multiple of 16
   * @throws IllegalArgumentException if one of the arguments is impossible
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow; what is
   *     prepared stays
   */
  long reserve(long byteSize, int type, Content content);

  /**
   * Frees an object when the actions are published; one that they have reserved is given up.
   *
   * @param address the object's address
   * @throws IllegalArgumentException if no object begins there
   */
  void free(long address);

  /**
   * Stores a byte: to a reserved object at once, elsewhere when the actions are published.
   *
   * @param address where to
   * @param value the byte
   * @throws IndexOutOfBoundsException if that is outside the heap's objects
   */
  void putByte(long address, byte value);

  /**
   * Stores a short, little-endian: to a reserved object at once, elsewhere when the actions are
   * published.
   *
   * @param address where to
   * @param value the short
   * @throws IndexOutOfBoundsException if that is outside the heap's objects
   */
  void putShort(long address, short value);

  /**
   * Stores an int, little-endian: to a reserved object at once, elsewhere when the actions are
   * published.
   *
   * @param address where to
   * @param value the int
   * @throws IndexOutOfBoundsException if that is outside the heap's objects
   */
  void putInt(long address, int value);

  /**
   * Stores a long, little-endian: to a reserved object at once, elsewhere when the actions are
   * published.
   *
   * @param address where to
   * @param value the long
   * @throws IndexOutOfBoundsException if that is outside the heap's objects
   */
  void putLong(long address, long value);

  /**
   * Stores bytes: to a reserved object at once, elsewhere when the actions are published.
   *
   * @param address where to
   * @param source holds the bytes
   * @param offset where they begin in {@code source}
   * @param length how many
   * @throws IndexOutOfBoundsException if that is outside the heap's objects
   */
  void putBytes(long address, byte[] source, int offset, int length);

  /**
   * {@return the long at {@code address}, little-endian, as it is going to be when these actions
   * are published}
   *
   * @param address where it is
   * @throws IndexOutOfBoundsException if that is outside the heap's objects
   */
  long getLong(long address);

  /**
   * {@return the reference to a reserved object, to be stored}
   *
   * @param address the address that {@link #reserve} has returned
   * @throws IllegalArgumentException if these actions have reserved no such object
   */
  long reference(long address);

  /**
   * Makes everything come true, all or nothing, durable on return. Inside a transaction it becomes
   * a part of that one, and is undone if that is. As with {@link HeapObjects}, the heap is shared
   * with transactions that name locks.
   *
   * <p>If this throws, nothing has happened and everything is cancelled; but see {@link
   * OutcomeUnknownException}.
   *
   * @throws IllegalStateException if an object that shall be freed has been freed meanwhile
   * @throws io.holdfast.pmem.OutOfSpaceException if there is no room for the record
   */
  void publish();

  /** Gives up everything: what was reserved is free, what was to be freed or stored is not. */
  void cancel();

  /** Cancels what has not been published. */
  @Override
  void close();
}
