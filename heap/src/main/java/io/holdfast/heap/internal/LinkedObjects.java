package io.holdfast.heap.internal;

import io.holdfast.heap.Locks;
import io.holdfast.heap.ObjectConstructor;
import io.holdfast.heap.ObjectList;
import org.jspecify.annotations.Nullable;

/**
 * A list whose links lie in its elements, in a circle, so that the last is the first's predecessor
 * and only an element that is in no list has zeros for links.
 *
 * <pre>
 *  header   0               8
 *           +---------------+
 *           | first         |   a reference, 0 if the list is empty
 *           +---------------+
 *  entry    0               8               16
 *           +---------------+---------------+
 *           | next          | previous      |   references, 0 if the object is in no list
 *           +---------------+---------------+
 * </pre>
 *
 * <p>Each change is a step of a transaction: at most five words in one record.
 */
public final class LinkedObjects implements ObjectList {
  private static final int PREVIOUS = 8;
  private static final int POSITION_SHIFT = 32;

  /** Where an object is inserted. */
  private static final int FIRST = 0;

  private static final int LAST = 1;
  private static final int BEFORE = 2;
  private static final int AFTER = 3;

  private final HeapCore core;
  private final long header;
  private final long entry;
  private final @Nullable Locks locks;
  private final TransactionRunner.Step insert = this::insert;
  private final TransactionRunner.Step insertNew = this::insertNew;
  private final TransactionRunner.Step remove = this::remove;
  private final TransactionRunner.Step removeAndFree = this::removeAndFree;

  /** Takes an element out, as the first part of a move to another list. */
  private final ObjectConstructor<RuntimeException> takeOut =
      (tx, element) -> unlink((Transaction) tx, element);

  /**
   * A list.
   *
   * @param header where its header is
   * @param entry where the entry is in an element, in bytes from its beginning
   * @param locks what its operations lock, {@code null} to have the heap alone
   */
  public LinkedObjects(HeapCore core, long header, long entry, @Nullable Locks locks) {
    core.checkRange(header, HEADER_BYTES);
    if ((header & 7) != 0 || (entry & 7) != 0 || entry < 0) {
      throw new IllegalArgumentException(
          "list header %d or entry offset %d is not a multiple of 8".formatted(header, entry));
    }
    this.core = core;
    this.header = header;
    this.entry = entry;
    this.locks = locks;
  }

  @Override
  public ObjectList with(Locks others) {
    return new LinkedObjects(core, header, entry, others);
  }

  // ---- reading

  @Override
  public boolean isEmpty() {
    return core.getLong(header) == 0;
  }

  @Override
  public long first() {
    return core.resolve(core.getLong(header));
  }

  @Override
  public long last() {
    long first = first();
    return first == 0 ? 0 : core.resolve(core.getLong(first + entry + PREVIOUS));
  }

  @Override
  public long next(long element) {
    long next = link(element, 0);
    return next == core.getLong(header) ? 0 : core.resolve(next);
  }

  @Override
  public long previous(long element) {
    long previous = link(element, PREVIOUS);
    return core.reference(element) == core.getLong(header) ? 0 : core.resolve(previous);
  }

  private long link(long element, int which) {
    core.checkRange(element, entry + ENTRY_BYTES);
    long link = core.getLong(element + entry + which);
    if (link == 0) {
      throw inNoList(element);
    }
    return link;
  }

  private IllegalArgumentException inNoList(long element) {
    return new IllegalArgumentException(
        "%s: the object at address %d is not in the list at %d"
            .formatted(core.path(), element, header));
  }

  // ---- inserting

  @Override
  public void insertFirst(long element) {
    insert(element, FIRST, 0, null);
  }

  @Override
  public void insertLast(long element) {
    insert(element, LAST, 0, null);
  }

  @Override
  public void insertBefore(long element, long next) {
    insert(element, BEFORE, next, null);
  }

  @Override
  public void insertAfter(long element, long previous) {
    insert(element, AFTER, previous, null);
  }

  @Override
  public void moveFirst(long element, ObjectList from) {
    insert(element, FIRST, 0, ((LinkedObjects) from).takeOut);
  }

  @Override
  public void moveLast(long element, ObjectList from) {
    insert(element, LAST, 0, ((LinkedObjects) from).takeOut);
  }

  @Override
  public void moveBefore(long element, long next, ObjectList from) {
    insert(element, BEFORE, next, ((LinkedObjects) from).takeOut);
  }

  @Override
  public void moveAfter(long element, long previous, ObjectList from) {
    insert(element, AFTER, previous, ((LinkedObjects) from).takeOut);
  }

  private void insert(
      long element,
      int position,
      long neighbour,
      @Nullable ObjectConstructor<RuntimeException> takeOut) {
    core.operate(locks, insert, element, position, neighbour, takeOut);
  }

  private <X extends Exception> long insert(
      Transaction tx,
      long element,
      long position,
      long neighbour,
      @Nullable ObjectConstructor<X> takeOutOfAnother)
      throws X {
    if (takeOutOfAnother != null) {
      takeOutOfAnother.construct(tx, element);
    }
    link(tx, element, (int) position, neighbour);
    return element;
  }

  @Override
  public <X extends Exception> long insertNewFirst(
      long byteSize, int type, ObjectConstructor<X> constructor) throws X {
    return insertNew(byteSize, type, FIRST, 0, constructor);
  }

  @Override
  public <X extends Exception> long insertNewLast(
      long byteSize, int type, ObjectConstructor<X> constructor) throws X {
    return insertNew(byteSize, type, LAST, 0, constructor);
  }

  @Override
  public <X extends Exception> long insertNewBefore(
      long byteSize, int type, long next, ObjectConstructor<X> constructor) throws X {
    return insertNew(byteSize, type, BEFORE, next, constructor);
  }

  @Override
  public <X extends Exception> long insertNewAfter(
      long byteSize, int type, long previous, ObjectConstructor<X> constructor) throws X {
    return insertNew(byteSize, type, AFTER, previous, constructor);
  }

  private <X extends Exception> long insertNew(
      long byteSize, int type, int position, long neighbour, ObjectConstructor<X> constructor)
      throws X {
    if (byteSize < entry + ENTRY_BYTES) {
      throw new IllegalArgumentException(
          "entry at %d + %d exceeds the object's size %d".formatted(entry, ENTRY_BYTES, byteSize));
    }
    Transaction.checkType(type);
    long typeAndPosition = (long) position << POSITION_SHIFT | type;
    return core.operate(locks, insertNew, byteSize, typeAndPosition, neighbour, constructor);
  }

  private <X extends Exception> long insertNew(
      Transaction tx,
      long byteSize,
      long typeAndPosition,
      long neighbour,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    long element = tx.allocate(byteSize, (int) typeAndPosition);
    if (constructor != null) {
      constructor.construct(tx, element);
    }
    link(tx, element, (int) (typeAndPosition >>> POSITION_SHIFT), neighbour);
    return element;
  }

  /** In a circle every place is one before an element; only the header tells first from last. */
  private void link(Transaction tx, long element, int position, long neighbour) {
    TransactionMemory memory = tx.memory();
    long own = tx.liveReference(element);
    core.checkRange(element, entry + ENTRY_BYTES);
    if (memory.getLong(element + entry) != 0) {
      throw new IllegalArgumentException(
          "%s: the object at address %d is in a list already, or its entry was never zero"
              .formatted(core.path(), element));
    }
    long first = memory.getLong(header);
    long next = next(tx, position, neighbour, first);
    if (next == 0) {
      tx.putLong(element + entry, own);
      tx.putLong(element + entry + PREVIOUS, own);
    } else {
      long nextElement = tx.resolve(next);
      long previous = memory.getLong(nextElement + entry + PREVIOUS);
      tx.putLong(element + entry, next);
      tx.putLong(element + entry + PREVIOUS, previous);
      tx.putLong(tx.resolve(previous) + entry, own);
      tx.putLong(nextElement + entry + PREVIOUS, own);
    }
    if (position == FIRST || next == 0 || (position == BEFORE && next == first)) {
      tx.putLong(header, own);
    }
  }

  /** {@return the reference to the element that comes after the place, 0 if the list is empty} */
  private long next(Transaction tx, int position, long neighbour, long first) {
    if (position == FIRST || position == LAST) {
      return first;
    }
    core.checkRange(neighbour, entry + ENTRY_BYTES);
    long after = tx.memory().getLong(neighbour + entry);
    if (after == 0 || first == 0) {
      throw inNoList(neighbour);
    }
    return position == AFTER ? after : tx.liveReference(neighbour);
  }

  // ---- removing

  @Override
  public void remove(long element) {
    core.<RuntimeException>operate(locks, remove, element, 0, 0, null);
  }

  private <X extends Exception> long remove(
      Transaction tx,
      long element,
      long unused,
      long unusedToo,
      @Nullable ObjectConstructor<X> none) {
    unlink(tx, element);
    return 0;
  }

  @Override
  public void removeAndFree(long element) {
    core.<RuntimeException>operate(locks, removeAndFree, element, 0, 0, null);
  }

  private <X extends Exception> long removeAndFree(
      Transaction tx,
      long element,
      long unused,
      long unusedToo,
      @Nullable ObjectConstructor<X> none) {
    unlink(tx, element);
    tx.free(element);
    return 0;
  }

  private void unlink(Transaction tx, long element) {
    TransactionMemory memory = tx.memory();
    long own = tx.liveReference(element);
    core.checkRange(element, entry + ENTRY_BYTES);
    long next = memory.getLong(element + entry);
    long first = memory.getLong(header);
    if (next == 0 || first == 0 || (next == own && first != own)) {
      throw inNoList(element);
    }
    if (next == own) {
      tx.putLong(header, 0);
    } else {
      long previous = memory.getLong(element + entry + PREVIOUS);
      tx.putLong(tx.resolve(previous) + entry, next);
      tx.putLong(tx.resolve(next) + entry + PREVIOUS, previous);
      if (first == own) {
        tx.putLong(header, next);
      }
    }
    tx.putLong(element + entry, 0);
    tx.putLong(element + entry + PREVIOUS, 0);
  }
}
