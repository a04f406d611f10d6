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
  private static final TransactionRunner.Step FREE = ObjectOperations::free;
  private static final TransactionRunner.Step FREE_FROM = ObjectOperations::freeFrom;

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
}
