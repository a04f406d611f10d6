package io.holdfast.heap;

import io.holdfast.heap.internal.LinkedObjects;

/**
 * A doubly linked list of objects whose links lie in the objects themselves: a header of {@value
 * #HEADER_BYTES} bytes in an object of the user's, an entry of {@value #ENTRY_BYTES} bytes in each
 * element. An object with several entries may be in as many lists at once.
 *
 * <p>Each operation is all or nothing, whenever a crash comes, and durable on return; inside a
 * transaction it belongs to it. Header and entries begin as zeros, which mean an empty list and an
 * element that is in no list. They hold references: an element that was freed without being removed
 * is recognised, and refused.
 *
 * <p>Any number of threads. Unless {@link #with} names locks, each operation outside a transaction
 * has the heap alone. Who walks the list while others change it does so inside {@link Heap#read} or
 * under their locks. Instances hold no state; nothing is allocated on the Java heap by their
 * methods.
 */
public sealed interface ObjectList permits LinkedObjects {
  /** Bytes of a list's header. */
  int HEADER_BYTES = 8;

  /** Bytes of an element's entry. */
  int ENTRY_BYTES = 16;

  /**
   * {@return the same list, whose operations share the heap under {@code locks}}
   *
   * @param locks those that everybody names who changes the list; for {@code move}, also those of
   *     the list the element comes from
   */
  ObjectList with(Locks locks);

  // ---- reading

  /** {@return whether the list has no element} */
  boolean isEmpty();

  /** {@return the first element's address, 0 if there is none} */
  long first();

  /** {@return the last element's address, 0 if there is none} */
  long last();

  /**
   * {@return the address of the element after another, 0 after the last}
   *
   * @param element an element's address
   * @throws IllegalArgumentException if it is in no list
   */
  long next(long element);

  /**
   * {@return the address of the element before another, 0 before the first}
   *
   * @param element an element's address
   * @throws IllegalArgumentException if it is in no list
   */
  long previous(long element);

  // ---- inserting

  /**
   * Inserts an object as the first element.
   *
   * @param element the object's address; its entry holds zeros
   * @throws IllegalArgumentException if no object lives there or it is in a list already
   */
  void insertFirst(long element);

  /**
   * Inserts an object as the last element.
   *
   * @param element the object's address; its entry holds zeros
   * @throws IllegalArgumentException if no object lives there or it is in a list already
   */
  void insertLast(long element);

  /**
   * Inserts an object before an element.
   *
   * @param element the object's address; its entry holds zeros
   * @param next an element of this list
   * @throws IllegalArgumentException if no object lives there, it is in a list already, or {@code
   *     next} is in none
   */
  void insertBefore(long element, long next);

  /**
   * Inserts an object after an element.
   *
   * @param element the object's address; its entry holds zeros
   * @param previous an element of this list
   * @throws IllegalArgumentException if no object lives there, it is in a list already, or {@code
   *     previous} is in none
   */
  void insertAfter(long element, long previous);

  /**
   * Allocates an object, all zero, has it filled, and inserts it as the first element.
   *
   * @param <X> what {@code constructor} may throw
   * @param byteSize how many bytes it has
   * @param type its type number
   * @param constructor fills it, but for the entry
   * @return its address
   * @throws X what {@code constructor} throws; nothing has happened then
   * @throws IllegalArgumentException if the entry lies outside the object
   */
  <X extends Exception> long insertNewFirst(
      long byteSize, int type, ObjectConstructor<X> constructor) throws X;

  /**
   * Allocates an object, all zero, has it filled, and inserts it as the last element.
   *
   * @param <X> what {@code constructor} may throw
   * @param byteSize how many bytes it has
   * @param type its type number
   * @param constructor fills it, but for the entry
   * @return its address
   * @throws X what {@code constructor} throws; nothing has happened then
   * @throws IllegalArgumentException if the entry lies outside the object
   */
  <X extends Exception> long insertNewLast(
      long byteSize, int type, ObjectConstructor<X> constructor) throws X;

  /**
   * Allocates an object, all zero, has it filled, and inserts it before an element.
   *
   * @param <X> what {@code constructor} may throw
   * @param byteSize how many bytes it has
   * @param type its type number
   * @param next an element of this list
   * @param constructor fills it, but for the entry
   * @return its address
   * @throws X what {@code constructor} throws; nothing has happened then
   * @throws IllegalArgumentException if the entry lies outside the object, or {@code next} is in no
   *     list
   */
  <X extends Exception> long insertNewBefore(
      long byteSize, int type, long next, ObjectConstructor<X> constructor) throws X;

  /**
   * Allocates an object, all zero, has it filled, and inserts it after an element.
   *
   * @param <X> what {@code constructor} may throw
   * @param byteSize how many bytes it has
   * @param type its type number
   * @param previous an element of this list
   * @param constructor fills it, but for the entry
   * @return its address
   * @throws X what {@code constructor} throws; nothing has happened then
   * @throws IllegalArgumentException if the entry lies outside the object, or {@code previous} is
   *     in no list
   */
  <X extends Exception> long insertNewAfter(
      long byteSize, int type, long previous, ObjectConstructor<X> constructor) throws X;

  // ---- moving

  /**
   * Takes an element out of a list and inserts it into this one as the first.
   *
   * @param element the element
   * @param from its list; may be this one, or one that uses another entry
   * @throws IllegalArgumentException if it is not in that list
   */
  void moveFirst(long element, ObjectList from);

  /**
   * Takes an element out of a list and inserts it into this one as the last.
   *
   * @param element the element
   * @param from its list; may be this one, or one that uses another entry
   * @throws IllegalArgumentException if it is not in that list
   */
  void moveLast(long element, ObjectList from);

  /**
   * Takes an element out of a list and inserts it into this one before another.
   *
   * @param element the element
   * @param next another element of this list
   * @param from its list; may be this one, or one that uses another entry
   * @throws IllegalArgumentException if it is not in that list, or {@code next} is in none
   */
  void moveBefore(long element, long next, ObjectList from);

  /**
   * Takes an element out of a list and inserts it into this one after another.
   *
   * @param element the element
   * @param previous another element of this list
   * @param from its list; may be this one, or one that uses another entry
   * @throws IllegalArgumentException if it is not in that list, or {@code previous} is in none
   */
  void moveAfter(long element, long previous, ObjectList from);

  // ---- removing

  /**
   * Takes an element out of the list; the object stays.
   *
   * @param element the element
   * @throws IllegalArgumentException if it is not in the list
   */
  void remove(long element);

  /**
   * Takes an element out of the list and frees the object.
   *
   * @param element the element
   * @throws IllegalArgumentException if it is not in the list
   */
  void removeAndFree(long element);
}
