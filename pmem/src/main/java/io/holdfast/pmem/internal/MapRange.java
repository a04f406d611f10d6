package io.holdfast.pmem.internal;

import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;

/**
 * Which part of a source is mapped and how many bytes of addresses it gets, checked in libpmem2's
 * order.
 *
 * @param offset where in the source the mapping begins, a multiple of the source's alignment
 * @param length how many bytes are mapped, positive
 * @param reserved how many bytes of addresses are kept, a multiple of the page size
 */
record MapRange(long offset, long length, long reserved) {

  /**
   * Resolves a configuration against a source.
   *
   * @param name the source's name
   * @param alignment what offset and length have to be multiples of, a power of two
   * @param sourceSize its size in bytes
   */
  static MapRange of(String name, long alignment, long sourceSize, MapConfig config) {
    long offset = config.offset();
    long length = config.length();
    if (!isAligned(offset, alignment)) {
      throw new MapException(
          Reason.OFFSET_UNALIGNED,
          name + ": offset " + offset + " is not a multiple of " + alignment);
    }
    if (sourceSize == 0) {
      throw new MapException(Reason.SOURCE_EMPTY, name + ": has no bytes to map");
    }
    if (!isAligned(length, alignment)) {
      throw new MapException(
          Reason.LENGTH_UNALIGNED,
          name + ": length " + length + " is not a multiple of " + alignment);
    }
    if (offset >= sourceSize || length > sourceSize - offset) {
      throw new MapException(
          Reason.MAP_RANGE,
          name + ": offset " + offset + " + " + length + " exceeds size " + sourceSize);
    }
    long mapped = length == 0 ? sourceSize - offset : length;
    long reserve = config.reserve() == 0 ? mapped : config.reserve();
    if (reserve > Long.MAX_VALUE / 2) {
      throw new MapException(
          Reason.LENGTH_OUT_OF_RANGE,
          name + ": a reservation of " + reserve + " exceeds all addresses");
    }
    if (reserve < mapped) {
      throw new MapException(
          Reason.LENGTH_OUT_OF_RANGE,
          name + ": length " + mapped + " exceeds the reservation of " + reserve);
    }
    return new MapRange(offset, mapped, AuxiliaryVector.roundUpToPage(reserve));
  }

  private static boolean isAligned(long bytes, long alignment) {
    return (bytes & (alignment - 1)) == 0;
  }
}
