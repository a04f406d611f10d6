package io.holdfast.heap;

/**
 * How a heap's bytes are used. A value, taken at one moment; what the running transactions have
 * reserved counts as free, what they free as allocated.
 *
 * @param sizeBytes bytes of the file in use
 * @param limitBytes how far the heap may grow
 * @param objects how many objects there are, those of interfaces and of the heap's own included
 * @param allocatedBytes bytes they take, with their headers and what rounding adds
 * @param smallBytes the part of {@code allocatedBytes} that lies in slabs
 * @param slabBytes bytes of slabs, the pages that are divided into blocks of one size
 * @param largeBytes the part of {@code allocatedBytes} of objects that have pages of their own
 * @param records how many records have been committed since the heap was created, up to gaps that
 *     crashes leave: those of transactions, and the allocator's own
 */
public record HeapStatistics(
    long sizeBytes,
    long limitBytes,
    long objects,
    long allocatedBytes,
    long smallBytes,
    long slabBytes,
    long largeBytes,
    long records) {

  /**
   * {@return bytes of slabs per byte of small objects in them, at least 1} Large if many slabs hold
   * few objects; 1 if there are none.
   */
  public double fragmentation() {
    return smallBytes == 0 ? 1 : (double) slabBytes / smallBytes;
  }
}
