package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.HeapLayout.INT;
import static io.holdfast.heap.internal.HeapLayout.LONG;
import static io.holdfast.heap.internal.HeapLayout.SHORT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  private static final VarHandle ARRAY_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int CHAIN = START - 8;
  private static final int INITIAL_BYTES = 4096;
  private static final int KEPT_BYTES = 1 << 20;
  private static final long MAX_BYTES = Integer.MAX_VALUE - 63L;

  private MemorySegment buffer;
  private ByteBuffer view;
  private long end;
  private final CRC32C crc32c = new CRC32C();

  JournalRecord() {
    buffer = allocate(INITIAL_BYTES);
    view = buffer.asByteBuffer();
    clear();
  }

  void clear() {
    if (buffer.byteSize() > KEPT_BYTES) {
      buffer = allocate(INITIAL_BYTES);
      view = buffer.asByteBuffer();
    }
    end = START + RecordLayout.HEADER_BYTES;
  }

  boolean isEmpty() {
    return end == START + RecordLayout.HEADER_BYTES;
  }

  /** {@return bytes of header and entries} */
  long length() {
    return end - START;
  }

  /** {@return bytes the record takes in a journal} */
  long paddedLength() {
    return HeapLayout.roundUp(length(), RecordLayout.ALIGNMENT);
  }

  /** {@return the buffer; the record begins at {@link #START}} */
  MemorySegment buffer() {
    return buffer;
  }

  /** Appends bytes for one cache line; {@code source} is readable 7 bytes beyond them. */
  void bytes(long offset, byte[] source, int from, int length) {
    int padded = (length + 7) & -8;
    MemorySegment target = reserve(8 + padded);
    long at = end;
    target.set(LONG, at, RecordLayout.entry(RecordLayout.BYTES, length, offset));
    at += 8;
    int done = 0;
    for (; done + 8 <= length; done += 8) {
      target.set(LONG, at + done, (long) ARRAY_LONG.get(source, from + done));
    }
    if (done < length) {
      long tail = (long) ARRAY_LONG.get(source, from + done) & ((1L << (8 * (length - done))) - 1);
      target.set(LONG, at + done, tail);
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
    reserve(8).set(LONG, end, RecordLayout.entry(RecordLayout.SYNCED, 0, sequence));
    end += 8;
  }

  /** Makes room for {@code bytes} more, so that adding them cannot fail. */
  void ensure(int bytes) {
    reserve(bytes + RecordLayout.ALIGNMENT);
  }

  private void pair(long entry, long data) {
    MemorySegment target = reserve(16);
    target.set(LONG, end, entry);
    target.set(LONG, end + 8, data);
    end += 16;
  }

  private MemorySegment reserve(int bytes) {
    // one line of slack, since the journal copies whole lines
    long needed = end + bytes + RecordLayout.ALIGNMENT;
    if (needed > buffer.byteSize()) {
      if (needed > MAX_BYTES) {
        throw new OutOfSpaceException(
            "transaction's record exceeds %d bytes; split it".formatted(MAX_BYTES), null);
      }
      MemorySegment larger = allocate(Math.min(MAX_BYTES, Math.max(2 * buffer.byteSize(), needed)));
      MemorySegment.copy(buffer, 0, larger, 0, end);
      buffer = larger;
      view = larger.asByteBuffer();
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
    MemorySegment target = buffer;
    target.set(LONG, CHAIN, chain);
    target.set(LONG, START + RecordLayout.SEQUENCE_OFFSET, sequence);
    target.set(LONG, START + RecordLayout.LENGTH_OFFSET, length());
    for (long at = end; at < START + paddedLength(); at += 8) {
      target.set(LONG, at, 0);
    }
    int crc = crc(CHAIN, end);
    target.set(INT, START + RecordLayout.CRC_OFFSET, crc);
    return crc;
  }

  /** {@return the CRC32C of the buffer's bytes in a range} */
  int crc(long from, long to) {
    crc32c.reset();
    crc32c.update(view.limit((int) to).position((int) from));
    return (int) crc32c.getValue();
  }

  /** {@return where the entry after the one at {@code at} begins in the buffer} */
  long next(long at) {
    return at + 8 + RecordLayout.dataBytes(buffer.get(LONG, at));
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
    MemorySegment source = buffer;
    for (long at = firstEntry(); at < end; ) {
      long entry = source.get(LONG, at);
      long offset = RecordLayout.offset(entry);
      at += 8;
      switch (RecordLayout.kind(entry)) {
        case RecordLayout.BYTES -> {
          int length = RecordLayout.length(entry);
          if (length == 8 && (offset & 7) == 0) {
            map.putLongRelease(offset, source.get(LONG, at));
          } else {
            store(map, offset, source, at, length);
          }
          at += (length + 7) & -8;
          dirty.add(offset);
        }
        case RecordLayout.AND -> {
          map.andLong(offset, source.get(LONG, at));
          at += 8;
          dirty.add(offset);
        }
        case RecordLayout.OR -> {
          map.orLong(offset, source.get(LONG, at));
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
  private static void store(PmemMap map, long offset, MemorySegment source, long from, int length) {
    long to = offset + length;
    for (long at = offset; at < to; ) {
      long data = from + (at - offset);
      if ((at & 7) == 0 && at + 8 <= to) {
        map.putLongRelease(at, source.get(LONG, data));
        at += 8;
      } else if ((at & 3) == 0 && at + 4 <= to) {
        map.putInt(at, source.get(INT, data));
        at += 4;
      } else if ((at & 1) == 0 && at + 2 <= to) {
        map.putShort(at, source.get(SHORT, data));
        at += 2;
      } else {
        map.putByte(at, source.get(JAVA_BYTE, data));
        at += 1;
      }
    }
  }

  private static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(bytes, RecordLayout.ALIGNMENT);
  }

  /** Is told which cache lines a record has changed. */
  interface DirtyLines {
    /** Notes the line that holds {@code offset}. */
    void add(long offset);
  }
}
