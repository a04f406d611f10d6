package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Blobs in a heap: made, compared, copied and freed. A blob never changes. Reading one that another
 * thread frees meanwhile gives wrong answers or fails, so that readers must validate what they got.
 */
final class Blobs {
  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final Heap heap;

  Blobs(Heap heap) {
    this.heap = heap;
  }

  /** {@return the reference of a new blob of {@code bytes}} */
  long make(Tx tx, byte[] bytes) {
    return make(tx, bytes, bytes.length);
  }

  /** {@return the reference of a new blob of the first {@code length} of {@code bytes}} */
  long make(Tx tx, byte[] bytes, int length) {
    long address = tx.allocate(BlobLayout.CONTENT + (long) length, BlobLayout.TYPE);
    tx.putInt(address + BlobLayout.LENGTH, length);
    if (length > 0) {
      tx.putBytes(address + BlobLayout.CONTENT, bytes, 0, length);
    }
    return heap.reference(address);
  }

  void free(Tx tx, long reference) {
    tx.free(heap.resolve(reference));
  }

  int length(long reference) {
    return lengthAt(heap.resolve(reference));
  }

  private int lengthAt(long address) {
    int length = heap.getInt(address + BlobLayout.LENGTH);
    if (length < 0) {
      throw new PoolCorruptedException(
          "%s: blob at address %d has length %d".formatted(heap.path(), address, length));
    }
    return length;
  }

  /** Copies as many bytes as there are and fit; {@return how many there are} */
  int read(long reference, byte[] target) {
    long address = heap.resolve(reference);
    int length = lengthAt(address);
    int copied = Math.min(length, target.length);
    if (copied > 0) {
      heap.getBytes(address + BlobLayout.CONTENT, target, 0, copied);
    }
    return length;
  }

  /** Copies the first {@code length} bytes. */
  void read(long reference, byte[] target, int offset, int length) {
    if (length > 0) {
      heap.getBytes(heap.resolve(reference) + BlobLayout.CONTENT, target, offset, length);
    }
  }

  /** {@return a copy; only for who holds the map's lock} */
  byte[] bytes(long reference) {
    byte[] bytes = new byte[length(reference)];
    read(reference, bytes);
    return bytes;
  }

  boolean equal(long reference, byte[] bytes) {
    long address = heap.resolve(reference);
    return lengthAt(address) == bytes.length && compareAt(address, bytes, bytes.length) == 0;
  }

  /** Compares a key with a blob, in the order of keys. */
  int compare(byte[] bytes, int length, long reference) {
    return -compareAt(heap.resolve(reference), bytes, length);
  }

  /** Compares two blobs, in the order of keys. */
  int compare(long reference, long otherReference) {
    long address = heap.resolve(reference);
    long other = heap.resolve(otherReference);
    int length = lengthAt(address);
    int otherLength = lengthAt(other);
    int common = Math.min(length, otherLength);
    for (int at = BlobLayout.CONTENT; at < BlobLayout.CONTENT + (long) common; at += 8) {
      // whole words: behind the shorter one's last byte lies the rest of its block
      int rest = BlobLayout.CONTENT + common - at;
      long mask = rest >= 8 ? -1L : -1L << (8 * (8 - rest));
      long here = Long.reverseBytes(heap.getLong(address + at)) & mask;
      long there = Long.reverseBytes(heap.getLong(other + at)) & mask;
      if (here != there) {
        return Long.compareUnsigned(here, there);
      }
    }
    return Integer.compare(length, otherLength);
  }

  /** Compares the blob at {@code address} with bytes. */
  private int compareAt(long address, byte[] bytes, int bytesLength) {
    int length = lengthAt(address);
    int common = Math.min(length, bytesLength);
    long content = address + BlobLayout.CONTENT;
    int at = 0;
    for (; at + 8 <= common; at += 8) {
      long here = Long.reverseBytes(heap.getLong(content + at));
      long there = (long) BIG.get(bytes, at);
      if (here != there) {
        return Long.compareUnsigned(here, there);
      }
    }
    for (; at < common; at++) {
      int difference = (heap.getByte(content + at) & 0xFF) - (bytes[at] & 0xFF);
      if (difference != 0) {
        return difference;
      }
    }
    return Integer.compare(length, bytesLength);
  }

  /**
   * {@return the word that is compared before the bytes: the first eight, with zeros behind a
   * shorter key, so that signed comparison orders as the bytes do, or finds two words equal}
   */
  static long word(byte[] bytes, int length) {
    long word = 0;
    if (length >= 8) {
      word = (long) BIG.get(bytes, 0);
    } else {
      for (int i = 0; i < length; i++) {
        word |= (bytes[i] & 0xFFL) << (56 - 8 * i);
      }
    }
    return word ^ Long.MIN_VALUE;
  }

  /** {@return how much of {@code right}, which is above {@code left}, is above it already} */
  static int separatingLength(byte[] left, byte[] right) {
    int differs = Arrays.mismatch(left, right);
    return differs + 1;
  }
}
