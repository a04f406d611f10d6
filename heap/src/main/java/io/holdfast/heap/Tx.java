package io.holdfast.heap;

import io.holdfast.heap.internal.Transaction;

/**
 * A running transaction, seen from the explicit layer below typed objects: addresses are {@code
 * long} offsets in the pool, and nothing is allocated on the Java heap by its methods.
 *
 * <p>After a crash all of a transaction's effects are there or none; they become durable together,
 * before {@link Heap#transact} returns. Until then only the transaction's own thread sees them,
 * through {@link Heap}'s getters.
 *
 * <p>Belongs to the thread that runs the transaction; it is over when the body of the outermost
 * {@code transact} returns, and every method then throws {@link IllegalStateException}. Addresses
 * are checked against the heap's size; as with any explicit memory, writing beyond one's own object
 * damages its neighbour.
 */
public sealed interface Tx permits Transaction {

  /**
   * Allocates an object, all zero. It is free again if the transaction aborts.
   *
   * @param byteSize how many bytes the object has, at least 1
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @return the object's address, a multiple of 16
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow; the
   *     transaction can only abort
   */
  long allocate(long byteSize, int type);

  /**
   * Allocates an object. It is free again if the transaction aborts.
   *
   * @param byteSize how many bytes the object has, at least 1
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @param content what it holds before the first store
   * @return the object's address, a multiple of 16
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow; the
   *     transaction can only abort
   */
  long allocate(long byteSize, int type, Content content);

  /**
   * Gives an object another size, where it is if possible, else by moving it: a large one grows
   * where the pages behind it are free, and shrinks where it is. It keeps its content up to the
   * smaller size; bytes beyond what {@link Heap#usableSize} said before are zero.
   *
   * @param address the object's address
   * @param byteSize how many bytes it shall have, at least 1
   * @param type its type number from now on
   * @return its address from now on; if that has changed, the object at the old one is freed as by
   *     {@link #free}, and references to it no longer fit
   * @throws IllegalArgumentException if no object begins there
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow; the
   *     transaction can only abort
   */
  long reallocate(long address, long byteSize, int type);

  /**
   * Frees an object when the transaction commits.
   *
   * @param address the address {@link #allocate} returned
   * @throws IllegalArgumentException if no object begins there
   */
  void free(long address);

  /**
   * Stores a byte at {@code address}.
   *
   * @param address where to
   * @param value the byte
   */
  void putByte(long address, byte value);

  /**
   * Stores a short at {@code address}, little-endian.
   *
   * @param address where to
   * @param value the short
   */
  void putShort(long address, short value);

  /**
   * Stores an int at {@code address}, little-endian.
   *
   * @param address where to
   * @param value the int
   */
  void putInt(long address, int value);

  /**
   * Stores a long at {@code address}, little-endian.
   *
   * @param address where to
   * @param value the long
   */
  void putLong(long address, long value);

  /**
   * Stores bytes.
   *
   * @param address where to
   * @param source holds the bytes
   * @param offset where they begin in {@code source}
   * @param length how many
   */
  void putBytes(long address, byte[] source, int offset, int length);

  /**
   * Makes an object the heap's root.
   *
   * @param reference a reference from {@link Heap#reference}, 0 for none
   */
  void putRoot(long reference);

  /**
   * Runs something after commit, when the effects are visible and the locks are still held.
   *
   * @param callback what it throws is logged and undoes nothing; must not begin a transaction
   */
  void onApplied(Runnable callback);

  /**
   * Runs something after commit, when the effects are durable and the locks are given back.
   *
   * @param callback what it throws is logged and undoes nothing
   */
  void onDurable(Runnable callback);

  /**
   * Runs something after an abort, when nothing of the transaction is left and the locks are still
   * held, so that volatile state can be put right.
   *
   * @param callback what it throws is logged; must not begin a transaction
   */
  void onAbort(Runnable callback);
}
