package io.holdfast.heap.internal;

import io.holdfast.pmem.OutOfSpaceException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a transaction has written and nobody else may see yet: shadowed cache lines with a mask of
 * written bytes.
 *
 * <p>Volatile, and used by one thread at a time. Lines are found through a small open-addressed
 * table, which is also the filter that keeps reads of other lines cheap. Exactly the masked bytes
 * are read back, recorded and applied: their neighbours may belong to somebody else.
 */
final class WriteSet {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LINE_SHIFT = 6;
  private static final int LINE = 1 << LINE_SHIFT;
  private static final int INITIAL_LINES = 32;

  /**
   * More lines than this are given back to the collector instead of being kept for the next
   * transaction.
   */
  private static final int KEPT_LINES = 1 << 14;

  private static final int MAX_LINES = (Integer.MAX_VALUE - 64) >>> LINE_SHIFT;

  private long[] lines = new long[INITIAL_LINES];
  private long[] masks = new long[INITIAL_LINES];
  private int[] places = new int[INITIAL_LINES];
  private byte[] shadow = new byte[(INITIAL_LINES << LINE_SHIFT) + 8];
  private int[] table = new int[INITIAL_LINES * 2];
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  /** {@return the address of the line in {@code slot}} */
  long lineAddress(int slot) {
    return lines[slot] << LINE_SHIFT;
  }

  /** {@return which bytes of the line in {@code slot} have been written, bit 0 for the first} */
  long mask(int slot) {
    return masks[slot];
  }

  /**
   * {@return the slot of the line that holds {@code address}, or a negative number if it has not
   * been written}
   */
  int find(long address) {
    long line = address >>> LINE_SHIFT;
    int[] t = table;
    int limit = t.length - 1;
    for (int place = hash(line) & limit; ; place = place + 1 & limit) {
      int slot = t[place] - 1;
      if (slot < 0 || lines[slot] == line) {
        return slot;
      }
    }
  }

  long getLong(int slot, int offset) {
    return (long) LONG.get(shadow, (slot << LINE_SHIFT) + offset);
  }

  byte getByte(int slot, int offset) {
    return shadow[(slot << LINE_SHIFT) + offset];
  }

  void putLong(long address, long value) {
    int offset = (int) address & LINE - 1;
    if (offset > LINE - 8) {
      put(address, value, 8);
      return;
    }
    int slot = slotFor(address);
    LONG.set(shadow, (slot << LINE_SHIFT) + offset, value);
    masks[slot] |= 0xFFL << offset;
  }

  /** Writes the lowest {@code bytes} bytes of {@code value}, byte by byte. */
  void put(long address, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      int slot = slotFor(address + i);
      int offset = (int) (address + i) & LINE - 1;
      shadow[(slot << LINE_SHIFT) + offset] = (byte) (value >>> (8 * i));
      masks[slot] |= 1L << offset;
    }
  }

  void putBytes(long address, byte[] source, int sourceOffset, int length) {
    for (int done = 0; done < length; ) {
      int offset = (int) (address + done) & LINE - 1;
      int part = Math.min(LINE - offset, length - done);
      int slot = slotFor(address + done);
      System.arraycopy(source, sourceOffset + done, shadow, (slot << LINE_SHIFT) + offset, part);
      masks[slot] |= range(offset, part);
      done += part;
    }
  }

  /** Writes {@code length} zero bytes. */
  void putZeros(long address, long length) {
    for (long done = 0; done < length; ) {
      int offset = (int) (address + done) & LINE - 1;
      int part = (int) Math.min(LINE - offset, length - done);
      int slot = slotFor(address + done);
      int start = (slot << LINE_SHIFT) + offset;
      Arrays.fill(shadow, start, start + part, (byte) 0);
      masks[slot] |= range(offset, part);
      done += part;
    }
  }

  /** Forgets what was written to a range. */
  void forget(long address, long length) {
    for (long done = 0; done < length; ) {
      int offset = (int) (address + done) & LINE - 1;
      int part = (int) Math.min(LINE - offset, length - done);
      int slot = find(address + done);
      if (slot >= 0) {
        masks[slot] &= ~range(offset, part);
      }
      done += part;
    }
  }

  /** Appends the written bytes of a range to a record and forgets them here. */
  void moveTo(JournalRecord record, long address, long length) {
    for (long done = 0; done < length; ) {
      int offset = (int) (address + done) & LINE - 1;
      int part = (int) Math.min(LINE - offset, length - done);
      int slot = find(address + done);
      if (slot >= 0) {
        long wanted = masks[slot] & range(offset, part);
        append(record, slot, wanted);
        masks[slot] &= ~wanted;
      }
      done += part;
    }
  }

  /** Appends all written bytes to a record. */
  void appendTo(JournalRecord record) {
    for (int slot = 0; slot < count; slot++) {
      append(record, slot, masks[slot]);
    }
  }

  /** Receives bytes that have been written. */
  interface Written {
    /** Bytes within one cache line, at {@code offset} in {@code source}. */
    void bytes(long address, byte[] source, int offset, int length);
  }

  /** Tells {@code to} all written bytes. */
  void forEach(Written to) {
    for (int slot = 0; slot < count; slot++) {
      long mask = masks[slot];
      while (mask != 0) {
        int start = Long.numberOfTrailingZeros(mask);
        int length = Long.numberOfTrailingZeros(~(mask >>> start));
        to.bytes(lineAddress(slot) + start, shadow, (slot << LINE_SHIFT) + start, length);
        mask &= ~range(start, length);
      }
    }
  }

  void clear() {
    if (count > KEPT_LINES) {
      lines = new long[INITIAL_LINES];
      masks = new long[INITIAL_LINES];
      places = new int[INITIAL_LINES];
      shadow = new byte[(INITIAL_LINES << LINE_SHIFT) + 8];
      table = new int[INITIAL_LINES * 2];
    } else {
      for (int slot = 0; slot < count; slot++) {
        table[places[slot]] = 0;
      }
    }
    count = 0;
  }

  private void append(JournalRecord record, int slot, long mask) {
    long base = lineAddress(slot);
    int from = slot << LINE_SHIFT;
    while (mask != 0) {
      int start = Long.numberOfTrailingZeros(mask);
      int length = Long.numberOfTrailingZeros(~(mask >>> start));
      record.bytes(base + start, shadow, from + start, length);
      mask &= ~range(start, length);
    }
  }

  private int slotFor(long address) {
    int slot = find(address);
    return slot >= 0 ? slot : insert(address >>> LINE_SHIFT);
  }

  private int insert(long line) {
    if (count == lines.length) {
      enlarge();
    }
    int limit = table.length - 1;
    int place = hash(line) & limit;
    while (table[place] != 0) {
      place = place + 1 & limit;
    }
    int slot = count++;
    table[place] = slot + 1;
    places[slot] = place;
    lines[slot] = line;
    masks[slot] = 0;
    return slot;
  }

  private void enlarge() {
    if (count >= MAX_LINES) {
      throw new OutOfSpaceException(
          "transaction changes more than %d cache lines; split it".formatted(MAX_LINES), null);
    }
    int capacity = (int) Math.min(2L * count, MAX_LINES);
    byte[] largerShadow = Arrays.copyOf(shadow, (capacity << LINE_SHIFT) + 8);
    long[] largerLines = Arrays.copyOf(lines, capacity);
    long[] largerMasks = Arrays.copyOf(masks, capacity);
    int[] largerPlaces = new int[capacity];
    int[] largerTable = new int[Integer.highestOneBit(capacity - 1) << 2];
    int limit = largerTable.length - 1;
    for (int slot = 0; slot < count; slot++) {
      int place = hash(lines[slot]) & limit;
      while (largerTable[place] != 0) {
        place = place + 1 & limit;
      }
      largerTable[place] = slot + 1;
      largerPlaces[slot] = place;
    }
    shadow = largerShadow;
    lines = largerLines;
    masks = largerMasks;
    places = largerPlaces;
    table = largerTable;
  }

  private static long range(int offset, int length) {
    return length == LINE ? -1L : ((1L << length) - 1) << offset;
  }

  private static int hash(long line) {
    return (int) ((line * 0x9E37_79B9_7F4A_7C15L) >>> 32);
  }
}
