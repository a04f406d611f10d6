package io.holdfast.crash.internal.medium;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;

/** What part of a source may be mapped, checked in libpmem2's order as the real medium does it. */
final class MapBounds {
  private MapBounds() {}

  /**
   * {@return the number of bytes that {@code config} maps}
   *
   * @param name the source's name
   * @param sourceSize its size in bytes
   */
  static long length(String name, long sourceSize, MapConfig config) {
    if (config.offset() % Window.PAGE_BYTES != 0) {
      throw new MapException(
          Reason.OFFSET_UNALIGNED,
          "%s: offset %d is not a multiple of %d"
              .formatted(name, config.offset(), Window.PAGE_BYTES));
    }
    if (sourceSize == 0) {
      throw new MapException(Reason.SOURCE_EMPTY, "%s: has no bytes to map".formatted(name));
    }
    if (config.length() % Window.PAGE_BYTES != 0) {
      throw new MapException(
          Reason.LENGTH_UNALIGNED,
          "%s: length %d is not a multiple of %d"
              .formatted(name, config.length(), Window.PAGE_BYTES));
    }
    if (config.offset() >= sourceSize || config.length() > sourceSize - config.offset()) {
      throw new MapException(
          Reason.MAP_RANGE,
          "%s: offset %d + %d exceeds size %d"
              .formatted(name, config.offset(), config.length(), sourceSize));
    }
    long length = config.length() == 0 ? sourceSize - config.offset() : config.length();
    if (config.reserve() != 0 && config.reserve() < length) {
      throw new MapException(
          Reason.LENGTH_OUT_OF_RANGE,
          "%s: length %d exceeds the reservation of %d".formatted(name, length, config.reserve()));
    }
    return length;
  }

  /** Refuses what only real addresses can have. */
  static void checkSimulated(MapConfig config) {
    if (config.place().isPresent()) {
      throw new MapException(
          Reason.NOT_SUPPORTED, "a simulated medium maps into no reservation of addresses");
    }
    if (config.protection() == MapConfig.Protection.NONE) {
      throw new MapException(
          Reason.NOT_SUPPORTED, "a simulated medium maps nothing without access");
    }
  }

  /** Checks that a file was opened for what the mapping is to be used for. */
  static void checkAccess(String name, FileAccess access, MapConfig config) {
    if (config.sharing() == MapConfig.Sharing.SHARED
        && config.protection().allowsStores()
        && access == FileAccess.READ_ONLY) {
      throw new MapException(
          Reason.NO_ACCESS,
          "%s: not opened for what the mapping is to be used for".formatted(name));
    }
  }

  /** {@return the next multiple of the page size} */
  static long roundUp(long bytes) {
    return (bytes + Window.PAGE_BYTES - 1) / Window.PAGE_BYTES * Window.PAGE_BYTES;
  }
}
