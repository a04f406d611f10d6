package io.holdfast.heap.internal;

import io.holdfast.heap.Content;
import io.holdfast.heap.HeapObjects;
import io.holdfast.heap.Locks;
import io.holdfast.heap.ObjectConstructor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Operations on single objects, each a transaction of one step. No object of the JVM's is made for
 * one, except by those that have to do with texts.
 */
public final class ObjectOperations implements HeapObjects {
  private static final TransactionRunner.Step ALLOCATE_ZEROED = ObjectOperations::allocateZeroed;
  private static final TransactionRunner.Step ALLOCATE = ObjectOperations::allocateUndefined;
  private static final TransactionRunner.Step REALLOCATE_IN = ObjectOperations::reallocateIn;
  private static final TransactionRunner.Step FREE = ObjectOperations::free;
  private static final TransactionRunner.Step FREE_FROM = ObjectOperations::freeFrom;
  private static final TransactionRunner.Step ROOT = ObjectOperations::root;
  private static final int ROOT_TYPE = 0;
  private static final int ANY_TYPE = -1;

  private final HeapCore core;

  /** Operations on the objects of {@code core}. */
  public ObjectOperations(HeapCore core) {
    this.core = core;
  }

  // ---- allocating

  @Override
  public long allocate(long byteSize, int type, long slot) {
    return allocate(byteSize, type, Content.ZEROED, slot);
  }

  @Override
  public long allocate(long byteSize, int type, Content content, long slot) {
    return this.<RuntimeException>allocateAnd(byteSize, type, content, slot, null);
  }

  @Override
  public <X extends Exception> long allocate(
      long byteSize, int type, Content content, long slot, ObjectConstructor<X> constructor)
      throws X {
    return allocateAnd(byteSize, type, content, slot, constructor);
  }

  private <X extends Exception> long allocateAnd(
      long byteSize,
      int type,
      Content content,
      long slot,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    TransactionRunner.Step step =
        switch (content) {
          case ZEROED -> ALLOCATE_ZEROED;
          case UNDEFINED -> ALLOCATE;
        };
    return core.operate(Locks.NONE, step, byteSize, type, slot, constructor);
  }

  private static <X extends Exception> long allocateZeroed(
      Transaction tx,
      long byteSize,
      long type,
      long slot,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    return allocate(tx, byteSize, (int) type, Content.ZEROED, slot, constructor);
  }

  private static <X extends Exception> long allocateUndefined(
      Transaction tx,
      long byteSize,
      long type,
      long slot,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    return allocate(tx, byteSize, (int) type, Content.UNDEFINED, slot, constructor);
  }

  private static <X extends Exception> long allocate(
      Transaction tx,
      long byteSize,
      int type,
      Content content,
      long slot,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    if (slot != 0) {
      tx.checkSlot(slot);
    }
    long address = tx.allocate(byteSize, type, content);
    if (constructor != null) {
      constructor.construct(tx, address);
    }
    if (slot != 0) {
      tx.putLong(slot, tx.reference(address));
    }
    return address;
  }

  @Override
  public long reallocateIn(long slot, long byteSize, int type) {
    return core.<RuntimeException>operate(Locks.NONE, REALLOCATE_IN, slot, byteSize, type, null);
  }

  private static <X extends Exception> long reallocateIn(
      Transaction tx, long slot, long byteSize, long type, @Nullable ObjectConstructor<X> none) {
    long old = tx.resolveSlot(slot);
    if (byteSize == 0) {
      return freeFrom(tx, slot, 0, 0, none);
    }
    long address =
        old == 0 ? tx.allocate(byteSize, (int) type) : tx.reallocate(old, byteSize, (int) type);
    if (address != old) {
      tx.putLong(slot, tx.reference(address));
    }
    return address;
  }

  // ---- texts

  @Override
  public long duplicate(String text, int type, long slot) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "text holds U+0000 at index %d".formatted(text.indexOf('\0')));
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(utf8, utf8.length + 1);
    return this.<RuntimeException>allocate(
        bytes.length,
        type,
        Content.UNDEFINED,
        slot,
        (tx, address) -> tx.putBytes(address, bytes, 0, bytes.length));
  }

  @Override
  public String text(long address) {
    byte[] bytes = new byte[Math.toIntExact(core.usableSize(address))];
    core.getBytes(address, bytes, 0, bytes.length);
    for (int end = 0; end < bytes.length; end++) {
      if (bytes[end] == 0) {
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
      }
    }
    throw new IllegalArgumentException(
        "%s: the object at address %d is no text, it holds no zero byte"
            .formatted(core.path(), address));
  }

  // ---- freeing

  @Override
  public void free(long address) {
    core.<RuntimeException>operate(Locks.NONE, FREE, address, 0, 0, null);
  }

  private static <X extends Exception> long free(
      Transaction tx,
      long address,
      long unused,
      long unusedToo,
      @Nullable ObjectConstructor<X> none) {
    tx.free(address);
    return 0;
  }

  @Override
  public void freeFrom(long slot) {
    core.<RuntimeException>operate(Locks.NONE, FREE_FROM, slot, 0, 0, null);
  }

  private static <X extends Exception> long freeFrom(
      Transaction tx, long slot, long unused, long unusedToo, @Nullable ObjectConstructor<X> none) {
    long address = tx.resolveSlot(slot);
    if (address != 0) {
      tx.free(address);
      tx.putLong(slot, 0);
    }
    return 0;
  }

  // ---- the root

  @Override
  public long root(long byteSize) {
    return this.<RuntimeException>rootOf(byteSize, null);
  }

  @Override
  public <X extends Exception> long root(long byteSize, ObjectConstructor<X> constructor) throws X {
    return rootOf(byteSize, constructor);
  }

  private <X extends Exception> long rootOf(
      long byteSize, @Nullable ObjectConstructor<X> constructor) throws X {
    ObjectChanges.checkSize(byteSize, core.limit());
    if (core.getLong(HeapLayout.ROOT_OFFSET) != 0 && rootSize() >= byteSize) {
      return core.resolve(core.getLong(HeapLayout.ROOT_OFFSET));
    }
    return core.operate(null, ROOT, byteSize, 0, 0, constructor);
  }

  /** All that the root may use is asked for, so that all of it is zero before it is used. */
  private static <X extends Exception> long root(
      Transaction tx,
      long byteSize,
      long unused,
      long unusedToo,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    long wanted = ObjectChanges.usableBytesFor(byteSize);
    long old = tx.resolve(tx.memory().getLong(HeapLayout.ROOT_OFFSET));
    long address;
    if (old == 0) {
      address = tx.allocate(wanted, ROOT_TYPE);
      if (constructor != null) {
        constructor.construct(tx, address);
      }
    } else if (tx.usableSize(old) >= byteSize) { // another thread was faster
      return old;
    } else {
      address = tx.reallocate(old, wanted, tx.typeOf(old));
    }
    if (address != old) {
      tx.putRoot(tx.reference(address));
    }
    return address;
  }

  @Override
  public long rootSize() {
    long root = core.resolve(core.getLong(HeapLayout.ROOT_OFFSET));
    if (root == 0) {
      return 0;
    }
    if (ObjectHeader.type(core.headerAt(root)) >= HeapLayout.FIRST_CATALOGUE_TYPE) {
      throw new IllegalStateException(
          "%s: the root is an object of an interface; use Heap.root(Class)".formatted(core.path()));
    }
    return core.usableSize(root);
  }

  // ---- all objects

  @Override
  public long first() {
    return nextOf(0, ANY_TYPE);
  }

  @Override
  public long next(long address) {
    return nextOf(address, ANY_TYPE);
  }

  @Override
  public long first(int type) {
    Transaction.checkType(type);
    return nextOf(0, type);
  }

  @Override
  public long next(long address, int type) {
    Transaction.checkType(type);
    return nextOf(address, type);
  }

  @Override
  public long count() {
    return countOf(ANY_TYPE);
  }

  @Override
  public long count(int type) {
    Transaction.checkType(type);
    return countOf(type);
  }

  private long countOf(int type) {
    long count = 0;
    for (long at = nextOf(0, type); at != 0; at = nextOf(at, type)) {
      count++;
    }
    return count;
  }

  private long nextOf(long address, int type) {
    core.checkOpen();
    long after = address - HeapLayout.OBJECT_HEADER_BYTES;
    while (true) {
      long place = core.allocator().nextObject(after + 1);
      if (place < 0) {
        return 0;
      }
      long header = core.getLong(place);
      int found = ObjectHeader.type(header);
      boolean wanted = type == ANY_TYPE ? found < HeapLayout.FIRST_CATALOGUE_TYPE : found == type;
      if (wanted && ObjectHeader.isLive(header)) {
        return place + HeapLayout.OBJECT_HEADER_BYTES;
      }
      after = place;
    }
  }
}
