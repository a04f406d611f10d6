package io.holdfast.heap;

import io.holdfast.heap.internal.ObjectOperations;

/**
 * Objects of the explicit layer, allocated and freed by operations that need no transaction around
 * them.
 *
 * <p>Each is all or nothing, whenever a crash comes, and durable on return: one record and, on
 * persistent memory, one fence (two if more than about a kilobyte of content is stored). Inside a
 * transaction an operation belongs to it, and is durable when that is.
 *
 * <p>Any number of threads; outside transactions operations share the heap with transactions that
 * name locks, as if with {@link Locks#NONE}: two threads must not change the same slot at once.
 *
 * <p>A <i>slot</i> is a word in an object that holds a reference, or 0 for none; its address is a
 * multiple of 8. An operation that makes an object changes the slot together with it, so that no
 * crash can leave an object that nothing refers to. Where a slot is asked for, 0 means that nothing
 * shall refer to the object yet.
 */
public sealed interface HeapObjects permits ObjectOperations {

  /**
   * Allocates an object, all zero, and stores a reference to it to {@code slot}.
   *
   * @param byteSize how many bytes the object has, at least 1
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @param slot receives the reference; 0 for none
   * @return the object's address, a multiple of 16
   * @throws IllegalArgumentException if one of the arguments is impossible
   * @throws IndexOutOfBoundsException if {@code slot} is no address in the heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  long allocate(long byteSize, int type, long slot);

  /**
   * Allocates an object and stores a reference to it to {@code slot}.
   *
   * @param byteSize how many bytes the object has, at least 1
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @param content what it holds
   * @param slot receives the reference; 0 for none
   * @return the object's address, a multiple of 16
   * @throws IllegalArgumentException if one of the arguments is impossible
   * @throws IndexOutOfBoundsException if {@code slot} is no address in the heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  long allocate(long byteSize, int type, Content content, long slot);

  /**
   * Allocates an object, has it filled, and stores a reference to it to {@code slot}. If the
   * constructor throws, nothing has happened.
   *
   * @param <X> what {@code constructor} may throw
   * @param byteSize how many bytes the object has, at least 1
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @param content what it holds before
   * @param slot receives the reference; 0 for none
   * @param constructor fills it; what else it does belongs to the operation
   * @return the object's address, a multiple of 16
   * @throws X what {@code constructor} throws
   * @throws IllegalArgumentException if one of the arguments is impossible
   * @throws IndexOutOfBoundsException if {@code slot} is no address in the heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  <X extends Exception> long allocate(
      long byteSize, int type, Content content, long slot, ObjectConstructor<X> constructor)
      throws X;

  /**
   * Allocates an object that holds a text in UTF-8 and a zero byte after it.
   *
   * @param text the text, without U+0000
   * @param type a number of the caller's choice from 0 to 65535, kept in the object's header
   * @param slot receives the reference; 0 for none
   * @return the object's address, a multiple of 16
   * @throws IllegalArgumentException if {@code text} holds U+0000 or one of the other arguments is
   *     impossible
   * @throws IndexOutOfBoundsException if {@code slot} is no address in the heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  long duplicate(String text, int type, long slot);

  /**
   * {@return the text in an object that {@link #duplicate} has made}
   *
   * @param address the object's address
   * @throws IllegalArgumentException if no object lives there, or it holds no zero byte
   */
  String text(long address);

  /**
   * Gives the object that {@code slot} refers to another size, as by {@link Tx#reallocate}; if it
   * has to move, {@code slot} refers to its new place. If {@code slot} refers to nothing, an object
   * is allocated, all zero.
   *
   * @param slot holds the reference
   * @param byteSize how many bytes the object shall have; 0 frees it and stores 0 to {@code slot}
   * @param type its type number from now on
   * @return the object's address from now on, 0 if there is none
   * @throws IllegalStateException if the object has been freed already
   * @throws IllegalArgumentException if one of the arguments is impossible
   * @throws IndexOutOfBoundsException if {@code slot} is no address in the heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  long reallocateIn(long slot, long byteSize, int type);

  /**
   * Frees an object.
   *
   * @param address the object's address
   * @throws IllegalArgumentException if no object begins there
   */
  void free(long address);

  /**
   * Frees the object that {@code slot} refers to, if any, and stores 0 to it.
   *
   * @param slot holds the reference
   * @throws IllegalStateException if the object has been freed already
   * @throws IllegalArgumentException if {@code slot} is no multiple of 8
   * @throws IndexOutOfBoundsException if {@code slot} is no address in the heap
   */
  void freeFrom(long slot);

  // ---- the root

  /**
   * {@return the address of the heap's root object, which has at least {@code byteSize} bytes} If
   * there is none, it is allocated, all zero; if it is smaller, it grows, keeping its content, and
   * the new bytes are zero. It may move then: {@link Heap#root()} and the result are right, older
   * references are not.
   *
   * <p>All or nothing, durable on return; has the heap alone if there is something to do.
   *
   * @param byteSize how many bytes it shall have, at least 1
   * @throws IllegalStateException if the root is one of {@link Heap#root(Class)}, or was freed
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  long root(long byteSize);

  /**
   * As {@link #root(long)}; a root that has to be allocated is filled by {@code constructor}.
   *
   * @param <X> what {@code constructor} may throw
   * @param byteSize how many bytes it shall have, at least 1
   * @param constructor fills a new root; not called for one that grows
   * @return the root object's address
   * @throws X what {@code constructor} throws; nothing has happened then
   * @throws IllegalStateException if the root is one of {@link Heap#root(Class)}, or was freed
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  <X extends Exception> long root(long byteSize, ObjectConstructor<X> constructor) throws X;

  /** {@return how many bytes the root object has, 0 if there is none} */
  long rootSize();

  // ---- all objects

  /**
   * {@return the address of the heap's first object, in the order of addresses; 0 if there is none}
   *
   * <p>Only objects with type numbers of the explicit layer count, the root among them, and those
   * that the running transaction has allocated do not yet. For a view that stays consistent, walk
   * inside {@link Heap#read} or a transaction that has the heap alone.
   */
  long first();

  /**
   * {@return the address of the next object after {@code address}, 0 if there is none; see {@link
   * #first()}}
   *
   * @param address where an object is, or was
   */
  long next(long address);

  /**
   * {@return the address of the first object of a type, 0 if there is none; see {@link #first()}}
   *
   * @param type its type number
   */
  long first(int type);

  /**
   * {@return the address of the next object of a type after {@code address}, 0 if there is none;
   * see {@link #first()}}
   *
   * @param address where an object is, or was
   * @param type its type number
   */
  long next(long address, int type);

  /** {@return how many objects there are; see {@link #first()}} Looks at all of them. */
  long count();

  /**
   * {@return how many objects of a type there are; see {@link #first()}} Looks at all objects.
   *
   * @param type its type number
   */
  long count(int type);
}
