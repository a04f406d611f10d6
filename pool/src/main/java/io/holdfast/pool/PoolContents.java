package io.holdfast.pool;

import io.holdfast.pmem.PmemFile;

/** What a new pool holds behind its header. */
@FunctionalInterface
public interface PoolContents {

  /**
   * Writes the contents, from byte {@link PoolHeader#BYTE_SIZE} on. The whole file is allocated and
   * reads as zero, so only what is not zero needs to be written. Nothing need be synchronised:
   * {@link Pool#create} does that before the pool becomes valid.
   *
   * @param file the pool's file
   */
  void writeTo(PmemFile file);
}
