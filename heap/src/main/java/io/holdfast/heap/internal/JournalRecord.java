package io.holdfast.heap.internal;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A record being composed in DRAM, sealed, and applied to its home locations.
 *
 * <p>Volatile, used by one thread at a time, and used again for the next transaction. Composing and
 * growing happen before the ordering point; {@link #seal} and {@link #apply} allocate nothing.
 */
final class JournalRecord {
  /**
   * Where the record begins in its buffer: a cache line after the chain value that its CRC starts
   * with.
   */
  static final int START = RecordLayout.ALIGNMENT;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int CHAIN = START - 8;
  private static final int INITIAL_BYTES = 4096;
  private static final int KEPT_BYTES = 1 << 20;
  private static final int MAX_BYTES = Integer.MAX_VALUE - 63;

  /** From this length on one copy of the map's is cheaper than a store per word. */
  private static final int COPIED_BYTES = 24;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private MemorySegment segment = MemorySegment.ofArray(buffer);
  private int end;
  private final CRC32C crc32c = new CRC32C();

  JournalRecord() {
    clear();
  }

  void clear() {
    if (buffer.length > KEPT_BYTES) {
      buffer = new byte[INITIAL_BYTES];
      segment = MemorySegment.ofArray(buffer);
    }
    end = START + RecordLayout.HEADER_BYTES;
  }

  boolean isEmpty() {
    return end == START + RecordLayout.HEADER_BYTES;
  }

  /** {@return bytes of header and entries} */
  long length() {
    return (long) end - START;
  }

  /** {@return bytes the record takes in a journal} */
  long paddedLength() {
    return HeapLayout.roundUp(length(), RecordLayout.ALIGNMENT);
  }

  /** {@return the buffer; the record begins at {@link #START}} */
  MemorySegment buffer() {
    return segment;
  }

  /** Appends bytes for one cache line. */
  void bytes(long offset, byte[] source, int from, int length) {
    int padded = (length + 7) & -8;
    byte[] target = reserve(8 + padded);
    int at = end;
    LONG.set(target, at, RecordLayout.entry(RecordLayout.BYTES, length, offset));
    at += 8;
    System.arraycopy(source, from, target, at, length);
    for (int i = length; i < padded; i++) {
      target[at + i] = 0;
    }
    end = at + padded;
  }

  /** Appends the aligned word at {@code offset}. */
  void word(long offset, long value) {
    pair(RecordLayout.entry(RecordLayout.BYTES, 8, offset), value);
  }

  void and(long offset, long mask) {
    pair(RecordLayout.entry(RecordLayout.AND, 0, offset), mask);
  }

  void or(long offset, long mask) {
    pair(RecordLayout.entry(RecordLayout.OR, 0, offset), mask);
  }

  void extent(long offset, int bytes, int crc) {
    pair(
        RecordLayout.entry(RecordLayout.EXTENT, 0, offset),
        (long) crc << 32 | (bytes & 0xFFFF_FFFFL));
  }

  /** Appends a note that everything up to {@code sequence} is durable. */
  void synced(long sequence) {
    LONG.set(reserve(8), end, RecordLayout.entry(RecordLayout.SYNCED, 0, sequence));
    end += 8;
  }

  /** Makes room for {@code bytes} more, so that adding them cannot fail. */
  void ensure(int bytes) {
    reserve(bytes + RecordLayout.ALIGNMENT);
  }

  private void pair(long entry, long data) {
    byte[] target = reserve(16);
    LONG.set(target, end, entry);
    LONG.set(target, end + 8, data);
    end += 16;
  }

  private byte[] reserve(int bytes) {
    // one line of slack, since the journal copies whole lines
    long needed = (long) end + bytes + RecordLayout.ALIGNMENT;
    if (needed > buffer.length) {
      if (needed > MAX_BYTES) {
        throw new OutOfSpaceException(
            "transaction's record exceeds %d bytes; split it".formatted(MAX_BYTES), null);
      }
      buffer =
          Arrays.copyOf(buffer, (int) Math.min(MAX_BYTES, Math.max(2L * buffer.length, needed)));
      segment = MemorySegment.ofArray(buffer);
    }
    return buffer;
  }

  /**
   * Fills in the header.
   *
   * @param sequence the record's sequence number
   * @param chain the value of {@link RecordLayout#chain}
   * @return the record's CRC
   */
  int seal(long sequence, long chain) {
    byte[] target = buffer;
    LONG.set(target, CHAIN, chain);
    LONG.set(target, START + RecordLayout.SEQUENCE_OFFSET, sequence);
    LONG.set(target, START + RecordLayout.LENGTH_OFFSET, length());
    for (int at = end; at < START + paddedLength(); at += 8) {
      LONG.set(target, at, 0L);
    }
    int crc = crc(CHAIN, end);
    INT.set(target, START + RecordLayout.CRC_OFFSET, crc);
    return crc;
  }

  /** {@return the CRC32C of the buffer's bytes in a range} */
  int crc(long from, long to) {
    crc32c.reset();
    crc32c.update(buffer, (int) from, (int) (to - from));
    return (int) crc32c.getValue();
  }

  /** {@return where the entry after the one at {@code at} begins in the buffer} */
  long next(long at) {
    return at + 8 + RecordLayout.dataBytes((long) LONG.get(buffer, (int) at));
  }

  /** {@return where the first entry begins in the buffer} */
  long firstEntry() {
    return START + RecordLayout.HEADER_BYTES;
  }

  /** {@return where the last entry ends in the buffer} */
  long end() {
    return end;
  }

  /**
   * Stores all entries to their home locations, words in order and with release semantics, so that
   * whoever reads a reference finds what it refers to.
   *
   * @param map the heap
   * @param dirty is told each changed cache line
   */
  void apply(PmemMap map, DirtyLines dirty) {
    byte[] source = buffer;
    for (int at = START + RecordLayout.HEADER_BYTES; at < end; ) {
      long entry = (long) LONG.get(source, at);
      long offset = RecordLayout.offset(entry);
      at += 8;
      switch (RecordLayout.kind(entry)) {
        case RecordLayout.BYTES -> {
          int length = RecordLayout.length(entry);
          if (length == 8 && (offset & 7) == 0) {
            map.putLongRelease(offset, (long) LONG.get(source, at));
          } else {
            store(map, offset, at, length);
          }
          at += (length + 7) & -8;
          dirty.add(offset);
        }
        case RecordLayout.AND -> {
          map.andLong(offset, (long) LONG.get(source, at));
          at += 8;
          dirty.add(offset);
        }
        case RecordLayout.OR -> {
          map.orLong(offset, (long) LONG.get(source, at));
          at += 8;
          dirty.add(offset);
        }
        case RecordLayout.EXTENT -> at += 8;
        case RecordLayout.SYNCED -> {}
        default -> throw new AssertionError("entry kind " + RecordLayout.kind(entry));
      }
    }
  }

  /** Stores in the largest aligned pieces, so that no field that was set as a whole tears. */
  private void store(PmemMap map, long offset, int from, int length) {
    long to = offset + length;
    long at = offset;
    if (length >= COPIED_BYTES && (offset & 7) == 0) {
      int whole = length & -8;
      VarHandle.releaseFence();
      map.copy(offset, segment, from, whole, CopyMode.NO_FLUSH);
      at += whole;
    }
    while (at < to) {
      int data = from + (int) (at - offset);
      if ((at & 7) == 0 && at + 8 <= to) {
        map.putLongRelease(at, (long) LONG.get(buffer, data));
        at += 8;
      } else if ((at & 3) == 0 && at + 4 <= to) {
        map.putInt(at, (int) INT.get(buffer, data));
        at += 4;
      } else if ((at & 1) == 0 && at + 2 <= to) {
        map.putShort(at, (short) SHORT.get(buffer, data));
        at += 2;
      } else {
        map.putByte(at, buffer[data]);
        at += 1;
      }
    }
  }

  /** Is told which cache lines a record has changed. */
  interface DirtyLines {
    /** Notes the line that holds {@code offset}. */
    void add(long offset);
  }
}
