package io.holdfast.heap.internal;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;

/**
 * The heap's bytes as one transaction sees and writes them: what it has written, over what is
 * there. Writes go to the write set, but for the content of new objects that is filled in place,
 * which nobody else can reach.
 *
 * <p>Volatile, used by one thread at a time; checks no addresses.
 */
final class TransactionMemory {
  private final PmemMap map;
  private final WriteSet writes;
  private final Ranges inPlace;

  /**
   * A view of the heap.
   *
   * @param inPlace the ranges that are written in place
   */
  TransactionMemory(PmemMap map, WriteSet writes, Ranges inPlace) {
    this.map = map;
    this.writes = writes;
    this.inPlace = inPlace;
  }

  // ---- writing

  void putByte(long address, byte value) {
    if (inPlace.write(address, 1)) {
      map.putByte(address, value);
    } else {
      int lines = writes.count();
      writes.put(address, value, 1);
      bringNear(lines, address, 1);
    }
  }

  void putShort(long address, short value) {
    if (inPlace.write(address, 2)) {
      map.putShort(address, value);
    } else if (mayStraddle(address, 2)) {
      putEach(address, value, 2);
    } else {
      int lines = writes.count();
      writes.put(address, value, 2);
      bringNear(lines, address, 2);
    }
  }

  void putInt(long address, int value) {
    if (inPlace.write(address, 4)) {
      map.putInt(address, value);
    } else if (mayStraddle(address, 4)) {
      putEach(address, value, 4);
    } else {
      int lines = writes.count();
      writes.put(address, value, 4);
      bringNear(lines, address, 4);
    }
  }

  void putLong(long address, long value) {
    if (inPlace.write(address, 8)) {
      map.putLong(address, value);
    } else if (mayStraddle(address, 8)) {
      putEach(address, value, 8);
    } else {
      int lines = writes.count();
      writes.putLong(address, value);
      bringNear(lines, address, 8);
    }
  }

  void putBytes(long address, byte[] source, int offset, int length) {
    if (inPlace.write(address, length)) {
      map.copy(address, MemorySegment.ofArray(source), offset, length, CopyMode.NO_FLUSH);
    } else if (mayStraddle(address, length)) {
      int first = (int) (HeapLayout.PAGE_BYTES - address % HeapLayout.PAGE_BYTES);
      putBytes(address, source, offset, first);
      putBytes(address + first, source, offset + first, length - first);
    } else {
      int lines = writes.count();
      writes.putBytes(address, source, offset, length);
      bringNear(lines, address, length);
    }
  }

  /**
   * Whether bytes may lie partly in the pages that a large object has grown by, which are written
   * in place, and partly in those it had.
   */
  private boolean mayStraddle(long address, long length) {
    return inPlace.count() > 0
        && address / HeapLayout.PAGE_BYTES != (address + length - 1) / HeapLayout.PAGE_BYTES
        && length > 0;
  }

  private void putEach(long address, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      putByte(address + i, (byte) (value >>> (8 * i)));
    }
  }

  /** Writes {@code length} zero bytes to an object of the transaction's own. */
  void putZeros(long address, long length) {
    if (inPlace.write(address, length)) {
      map.fill(address, length, (byte) 0, CopyMode.NO_FLUSH);
    } else {
      writes.putZeros(address, length);
    }
  }

  /** Writes everything that another transaction has written. */
  void putAll(WriteSet others) {
    others.forEach(this::putBytes);
  }

  /**
   * Has lines fetched that the commit will store to if the last put was the first to touch them:
   * after the fence it would have to wait for them.
   */
  private void bringNear(int linesBefore, long address, long length) {
    if (writes.count() != linesBefore) {
      map.prefetch(address, length);
    }
  }

  // ---- reading

  byte getByte(long address) {
    int slot = writes.find(address);
    int offset = (int) address & 63;
    return slot >= 0 && (writes.mask(slot) >>> offset & 1) != 0
        ? writes.getByte(slot, offset)
        : map.getByte(address);
  }

  short getShort(long address) {
    return untouched(address, 2) ? map.getShort(address) : (short) assemble(address, 2);
  }

  int getInt(long address) {
    return untouched(address, 4) ? map.getInt(address) : (int) assemble(address, 4);
  }

  long getLong(long address) {
    int offset = (int) address & 63;
    if (offset <= 56) {
      int slot = writes.find(address);
      if (slot < 0) {
        return map.getLong(address);
      }
      long wanted = 0xFFL << offset;
      long written = writes.mask(slot) & wanted;
      if (written == wanted) {
        return writes.getLong(slot, offset);
      }
      if (written == 0) {
        return map.getLong(address);
      }
    }
    return assemble(address, 8);
  }

  void getBytes(long address, byte[] target, int offset, int length) {
    map.read(address, MemorySegment.ofArray(target), offset, length);
    for (int done = 0; done < length; ) {
      int inLine = (int) (address + done) & 63;
      int part = Math.min(64 - inLine, length - done);
      int slot = writes.find(address + done);
      if (slot >= 0) {
        long mask = writes.mask(slot) >>> inLine;
        for (int i = 0; i < part; i++) {
          if ((mask >>> i & 1) != 0) {
            target[offset + done + i] = writes.getByte(slot, inLine + i);
          }
        }
      }
      done += part;
    }
  }

  private boolean untouched(long address, int bytes) {
    return ((int) address & 63) <= 64 - bytes && writes.find(address) < 0;
  }

  private long assemble(long address, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (getByte(address + i) & 0xFFL) << (8 * i);
    }
    return value;
  }
}
