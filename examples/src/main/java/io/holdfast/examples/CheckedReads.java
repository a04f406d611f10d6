package io.holdfast.examples;

import io.holdfast.heap.Heap;
import io.holdfast.pool.PoolCorruptedException;

/**
 * Reads at addresses that the heap's own contents name: one that lies outside of the heap is damage
 * of the pool, and no mistake of the caller's.
 */
record CheckedReads(Heap heap) {
  long getLong(long address) {
    try {
      return heap.getLong(address);
    } catch (IndexOutOfBoundsException e) {
      throw damaged("what should be at %d is not in the heap".formatted(address));
    }
  }

  /**
   * {@return the length stored at {@code lengthAddress}, of bytes at {@code bytesAddress}, which
   * all lie in the heap}
   */
  int getLength(long lengthAddress, long bytesAddress) {
    try {
      int length = heap.getInt(lengthAddress);
      if (length < 0) {
        throw damaged("%d bytes at %d".formatted(length, bytesAddress));
      }
      if (length > 0) {
        var _ = heap.getByte(bytesAddress + length - 1);
      }
      return length;
    } catch (IndexOutOfBoundsException e) {
      throw damaged("what should be at %d is not in the heap".formatted(bytesAddress));
    }
  }

  PoolCorruptedException damaged(String what) {
    return new PoolCorruptedException(heap.path() + ": damaged: " + what + "; restore a copy");
  }
}
