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
}
