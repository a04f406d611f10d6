package io.holdfast.heap.internal.typed;

import io.holdfast.heap.Computation;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.ObjectHeader;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.pool.IncompatibleLayoutException;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a {@link io.holdfast.heap.Persistent} interface: it names an object in the heap
 * and holds no field of it. {@link FlyweightClass} generates its subclasses, whose accessors call
 * the methods below with constants.
 *
 * <p><b>Is it still the same object?</b> Every access compares the object's header with the one
 * expected, which is the layout's type number (in {@code typeBits}, the header of such an object of
 * generation 0) and the generation (in the reference): one load and one compare. A getter does so
 * <em>after</em> it has loaded the value, so that the comparison vouches for the value too: a place
 * gets a new header before it gets new content. A setter does so inside the transaction and before
 * it writes.
 *
 * <p><b>Readers outside a transaction</b> take no lock, so that they may meet a commit that is just
 * being applied. A single field is old or new. Where a field leads on (to a value, an extension,
 * another object), what it led to may be gone already while the field still says so. The getter
 * then starts again as a reader that waits for commits; only what that one sees counts as damage or
 * as a reference to a freed object.
 *
 * <p><b>Slots.</b> Fields that an object has a place for are addressed by their offset in it; those
 * added to its type later (see {@link Layout}) by their offset in its extension. Methods for
 * references and owned values take either as a slot: the offset in the object, or the complement of
 * the one in the extension. In an extension every field is a raw word.
 *
 * <p>Immutable, two words; threads may share it.
 */
public abstract class Flyweight {
  private final TypedHeap typed;
  private final long reference;

  /**
   * For generated classes.
   *
   * @param typed the heap's typed layer
   * @param reference names the object
   */
  protected Flyweight(TypedHeap typed, long reference) {
    this.typed = typed;
    this.reference = reference;
  }

  /**
   * Makes another instance of this class.
   *
   * @param otherReference names an object of the same layout
   * @return the instance that names it
   */
  public abstract Flyweight with(long otherReference);

  /** {@return the heap's typed layer} */
  protected final TypedHeap typed() {
    return typed;
  }

  final long reference() {
    return reference;
  }

  private long address() {
    return ObjectHeader.address(reference);
  }

  // ---- identity

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof Flyweight that && that.reference == reference && that.typed == typed;
  }

  @Override
  public final int hashCode() {
    return Long.hashCode(reference * 0x9E37_79B9_7F4A_7C15L);
  }

  /** {@return the interface's name, the address and the generation, also of a freed object} */
  @Override
  public final String toString() {
    return "%s@%d.%d"
        .formatted(typeName(), address(), ObjectHeader.referencedGeneration(reference));
  }

  /** {@return the interface's name} */
  final String typeName() {
    return getClass().getInterfaces()[0].getName();
  }

  final void requireLive() {
    if (!typed.isLive(reference)) {
      throw freed();
    }
  }

  private void check(long typeBits) {
    VarHandle.loadLoadFence();
    long expected = typeBits | ObjectHeader.referencedGeneration(reference);
    if (typed.core().getLong(address() - Long.BYTES) != expected) {
      throw freed();
    }
  }

  private IllegalStateException freed() {
    return new IllegalStateException("%s: %s was freed".formatted(typed.core().path(), this));
  }

  // ---- getters of fields in the object

  /** {@return the field at {@code offset}} */
  protected final boolean getBoolean(long offset, long typeBits) {
    return getByte(offset, typeBits) != 0;
  }

  /** {@return the field at {@code offset}} */
  protected final byte getByte(long offset, long typeBits) {
    byte value = typed.core().getByte(address() + offset);
    check(typeBits);
    return value;
  }

  /** {@return the field at {@code offset}} */
  protected final char getChar(long offset, long typeBits) {
    return (char) getShort(offset, typeBits);
  }

  /** {@return the field at {@code offset}} */
  protected final short getShort(long offset, long typeBits) {
    short value = typed.core().getShort(address() + offset);
    check(typeBits);
    return value;
  }

  /** {@return the field at {@code offset}} */
  protected final int getInt(long offset, long typeBits) {
    int value = typed.core().getInt(address() + offset);
    check(typeBits);
    return value;
  }

  /** {@return the field at {@code offset}} */
  protected final float getFloat(long offset, long typeBits) {
    return Float.intBitsToFloat(getInt(offset, typeBits));
  }

  /** {@return the field at {@code offset}} */
  protected final long getLong(long offset, long typeBits) {
    long value = typed.core().getLong(address() + offset);
    check(typeBits);
    return value;
  }

  /** {@return the field at {@code offset}} */
  protected final double getDouble(long offset, long typeBits) {
    return Double.longBitsToDouble(getLong(offset, typeBits));
  }

  // ---- getters that lead on

  /** Whether commits may be applied while a getter runs. */
  private enum Attempt {
    FIRST,
    SETTLED
  }

  /** {@return the raw word of the field at {@code offset} in the extension, 0 if there is none} */
  protected final long getAdded(long offset, long typeBits) {
    return getAdded(offset, typeBits, Attempt.FIRST);
  }

  private long getAdded(long offset, long typeBits, Attempt attempt) {
    HeapCore core = typed.core();
    long extension = getLong(Layout.EXTENSION_OFFSET, typeBits);
    if (extension == 0) {
      return 0;
    }
    long address = ObjectHeader.address(extension);
    long word =
        typed.isLive(extension) && offset < core.getLong(address + Layout.EXTENSION_SIZE_OFFSET)
            ? core.getLong(address + offset)
            : 0;
    VarHandle.loadLoadFence();
    if (typed.isLive(extension)) {
      return word;
    }
    if (attempt == Attempt.SETTLED) {
      throw typed.damaged(this, "its extension at %d was freed".formatted(address));
    }
    return settled(() -> getAdded(offset, typeBits, Attempt.SETTLED));
  }

  /** {@return the reference or value reference in {@code slot}} */
  protected final long getSlot(int slot, long typeBits) {
    return slot >= 0 ? getLong(slot, typeBits) : getAdded(~slot, typeBits);
  }

  /** {@return the string that the field in {@code slot} owns} */
  protected final @Nullable String getString(int slot, long typeBits) {
    return getValue(String.class, slot, typeBits, Attempt.FIRST);
  }

  /** {@return a copy of the bytes that the field in {@code slot} owns} */
  protected final byte @Nullable [] getBytes(int slot, long typeBits) {
    return getValue(byte[].class, slot, typeBits, Attempt.FIRST);
  }

  private <T> @Nullable T getValue(Class<T> kind, int slot, long typeBits, Attempt attempt) {
    long value = getSlot(slot, typeBits);
    if (value == 0) {
      return null;
    }
    Object found = ValueBlock.read(typed.core(), value);
    if (kind.isInstance(found)) {
      return kind.cast(found);
    }
    if (attempt == Attempt.SETTLED) {
      throw typed.damaged(
          this, "no %s at %d".formatted(kind.getSimpleName(), ObjectHeader.address(value)));
    }
    return settled(() -> getValue(kind, slot, typeBits, Attempt.SETTLED));
  }

  /**
   * {@return an instance of the class for the object that {@code target} names, of use for {@link
   * #with} only, or {@code null} if that object is gone}
   */
  protected final @Nullable Flyweight prototype(long target) {
    return typed.prototypeFor(target);
  }

  /**
   * {@return the object that the field in {@code slot} refers to, which has been seen to be gone or
   * of another type}
   *
   * @throws IllegalStateException if it was freed
   * @throws IncompatibleLayoutException if it is no {@code type}
   */
  protected final @Nullable Flyweight getSettledObject(int slot, long typeBits, Class<?> type) {
    return settled(
        () -> {
          long target = getSlot(slot, typeBits);
          if (target == 0) {
            return null;
          }
          Flyweight prototype = typed.prototypeFor(target);
          if (prototype == null) {
            throw new IllegalStateException(
                "%s: %s refers to an object at %d that was freed"
                    .formatted(typed.core().path(), this, ObjectHeader.address(target)));
          }
          Flyweight object = prototype.with(target);
          if (!type.isInstance(object)) {
            throw new IncompatibleLayoutException(
                "%s: %s refers to %s, which is no %s"
                    .formatted(typed.core().path(), this, object, type.getName()));
          }
          return object;
        });
  }

  /** Reads while no commit is being applied. */
  private <R extends @Nullable Object> R settled(Computation<R, RuntimeException> computation) {
    return typed.core().read(computation);
  }

  // ---- setters

  /** Sets the field at {@code offset}. */
  protected final void putBoolean(long offset, long typeBits, boolean value) {
    putByte(offset, typeBits, (byte) (value ? 1 : 0));
  }

  /** Sets the field at {@code offset}. */
  protected final void putByte(long offset, long typeBits, byte value) {
    Transaction tx = typed.core().currentTransaction();
    if (tx == null) {
      typed.transact(_ -> putByte(offset, typeBits, value));
    } else {
      check(typeBits);
      tx.putByte(address() + offset, value);
    }
  }

  /** Sets the field at {@code offset}. */
  protected final void putChar(long offset, long typeBits, char value) {
    putShort(offset, typeBits, (short) value);
  }

  /** Sets the field at {@code offset}. */
  protected final void putShort(long offset, long typeBits, short value) {
    Transaction tx = typed.core().currentTransaction();
    if (tx == null) {
      typed.transact(_ -> putShort(offset, typeBits, value));
    } else {
      check(typeBits);
      tx.putShort(address() + offset, value);
    }
  }

  /** Sets the field at {@code offset}. */
  protected final void putInt(long offset, long typeBits, int value) {
    Transaction tx = typed.core().currentTransaction();
    if (tx == null) {
      typed.transact(_ -> putInt(offset, typeBits, value));
    } else {
      check(typeBits);
      tx.putInt(address() + offset, value);
    }
  }

  /** Sets the field at {@code offset}. */
  protected final void putFloat(long offset, long typeBits, float value) {
    putInt(offset, typeBits, Float.floatToRawIntBits(value));
  }

  /** Sets the field at {@code offset}. */
  protected final void putLong(long offset, long typeBits, long value) {
    Transaction tx = typed.core().currentTransaction();
    if (tx == null) {
      typed.transact(_ -> putLong(offset, typeBits, value));
    } else {
      check(typeBits);
      tx.putLong(address() + offset, value);
    }
  }

  /** Sets the field at {@code offset}. */
  protected final void putDouble(long offset, long typeBits, double value) {
    putLong(offset, typeBits, Double.doubleToRawLongBits(value));
  }

  /** Sets the raw word of the field at {@code offset} in the extension. */
  protected final void putAdded(long offset, long typeBits, long word) {
    Transaction tx = typed.core().currentTransaction();
    if (tx == null) {
      typed.transact(_ -> putAdded(offset, typeBits, word));
    } else {
      check(typeBits);
      tx.putLong(typed.extend(tx, this, offset) + offset, word);
    }
  }

  /** Sets the reference or value reference in {@code slot}. */
  private void putSlot(int slot, long typeBits, long value) {
    if (slot >= 0) {
      putLong(slot, typeBits, value);
    } else {
      putAdded(~slot, typeBits, value);
    }
  }

  /** Gives the field in {@code slot} a string of its own, or none, and frees the one it had. */
  protected final void putString(int slot, long typeBits, @Nullable String value) {
    checkInTransaction(typeBits);
    typed.transact(
        tx -> {
          check(typeBits);
          long block = value == null ? 0 : ValueBlock.write(typed.core(), tx, value);
          putOwned(tx, slot, typeBits, block);
        });
  }

  /** Gives the field in {@code slot} a copy of bytes, or none, and frees those it had. */
  protected final void putBytes(int slot, long typeBits, byte @Nullable [] value) {
    checkInTransaction(typeBits);
    typed.transact(
        tx -> {
          check(typeBits);
          long block = value == null ? 0 : ValueBlock.write(typed.core(), tx, value);
          putOwned(tx, slot, typeBits, block);
        });
  }

  private void putOwned(Transaction tx, int slot, long typeBits, long block) {
    long old = getSlot(slot, typeBits);
    putSlot(slot, typeBits, block);
    if (old != 0) {
      tx.freeValue(ObjectHeader.address(old));
    }
  }

  /** A freed object is the caller's mistake, which must not abort the caller's transaction. */
  private void checkInTransaction(long typeBits) {
    if (typed.core().currentTransaction() != null) {
      check(typeBits);
    }
  }

  /**
   * Makes the field in {@code slot} refer to an object, or to none.
   *
   * @throws IllegalArgumentException if {@code target} is no object of this heap
   * @throws IllegalStateException if {@code target} was freed
   */
  protected final void putObject(int slot, long typeBits, @Nullable Object target) {
    if (typed.core().currentTransaction() == null) {
      typed.transact(_ -> putObject(slot, typeBits, target));
    } else if (target == null) {
      putSlot(slot, typeBits, 0);
    } else {
      Flyweight object = typed.requireOwn(target);
      object.requireLive();
      putSlot(slot, typeBits, object.reference);
    }
  }
}
