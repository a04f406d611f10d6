package io.holdfast.pmem.internal;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A set of non-negative numbers in an open hash table: no object per element.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class LongSet {
  private static final long NONE = -1;
  private static final int LEAST_SLOTS = 16;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private long[] slots = new long[LEAST_SLOTS];
  private int size;

  /** Creates an empty set. */
  public LongSet() {
    Arrays.fill(slots, NONE);
  }

  private int home(long value) {
    return (int) ((value * MIX) >>> (Long.numberOfLeadingZeros(slots.length) + 1));
  }

  private int find(long value) {
    int slot = home(value);
    while (slots[slot] != value && slots[slot] != NONE) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  /** {@return whether {@code value} is in the set} */
  public boolean contains(long value) {
    return value >= 0 && slots[find(value)] == value;
  }

  /**
   * Puts a number in.
   *
   * @param value not negative, not in the set
   */
  public void add(long value) {
    if (2 * size >= slots.length) {
      long[] old = slots;
      slots = new long[2 * old.length];
      Arrays.fill(slots, NONE);
      for (long present : old) {
        if (present != NONE) {
          slots[find(present)] = present;
        }
      }
    }
    slots[find(value)] = value;
    size++;
  }

  /** Takes a number out; {@return whether it was in} */
  public boolean remove(long value) {
    if (!contains(value)) {
      return false;
    }
    int hole = find(value);
    int mask = slots.length - 1;
    // What follows moves up unless that would put it before its home.
    for (int slot = (hole + 1) & mask; slots[slot] != NONE; slot = (slot + 1) & mask) {
      if (((slot - home(slots[slot])) & mask) >= ((slot - hole) & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = NONE;
    size--;
    return true;
  }

  /** Takes all numbers out. */
  public void clear() {
    slots = new long[LEAST_SLOTS];
    Arrays.fill(slots, NONE);
    size = 0;
  }

  /** Calls {@code action} with each number. */
  public void forEach(LongConsumer action) {
    for (long value : slots) {
      if (value != NONE) {
        action.accept(value);
      }
    }
  }
}
