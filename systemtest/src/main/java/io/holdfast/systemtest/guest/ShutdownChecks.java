package io.holdfast.systemtest.guest;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.UnsafeShutdown;
import io.holdfast.pmem.UnsafeShutdown.Device;
import io.holdfast.pmem.UnsafeShutdown.Finding;
import io.holdfast.pmem.UnsafeShutdownException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The record by which a program learns that its platform has lost data, over two boots between
 * which the DIMM counts one more unsafe shutdown.
 */
final class ShutdownChecks {
  private static final Path IN_USE = Volumes.EXT4.resolve("in-use");
  private static final Path ENDED = Volumes.EXT4.resolve("ended");

  private ShutdownChecks() {}

  /** Makes a record that is left in use, and one that is not. */
  static String before() {
    for (Path path : new Path[] {IN_USE, ENDED}) {
      MappingChecks.newFile(Volumes.EXT4, path.getFileName().toString());
      try (PmemMap map = MappingChecks.map(path, Granularity.CACHE_LINE)) {
        found(open(map, path), Finding.NEW_DEVICE);
        UnsafeShutdown state = open(map, path);
        found(state, Finding.NOTHING_LOST);
        state.begin();
        if (path.equals(ENDED)) {
          state.end();
        }
      }
    }
    try (PmemMap map = MappingChecks.map(IN_USE, Granularity.CACHE_LINE)) {
      found(open(map, IN_USE), Finding.NOTHING_LOST);
    }
    return "new, then nothing lost, also while in use";
  }

  /** The DIMM counts one more: only who was in use may have lost something. */
  static String after() {
    try (PmemMap map = MappingChecks.map(ENDED, Granularity.CACHE_LINE)) {
      found(open(map, ENDED), Finding.NOT_IN_USE);
      found(open(map, ENDED), Finding.NOTHING_LOST);
    }
    try (PmemMap map = MappingChecks.map(IN_USE, Granularity.CACHE_LINE)) {
      try {
        UnsafeShutdown state = open(map, IN_USE);
        throw new CheckFailedException(IN_USE + " was opened: " + state.finding());
      } catch (UnsafeShutdownException e) {
        UnsafeShutdown.initialise(map, 0, Device.of(PmemSource.of(IN_USE)));
        found(open(map, IN_USE), Finding.NOTHING_LOST);
        return "who was not in use goes on; who was: " + e.getMessage();
      }
    }
  }

  private static UnsafeShutdown open(PmemMap map, Path path) {
    Optional<Device> device = Device.of(PmemSource.of(path));
    CheckFailedException.unless(device.isPresent(), path + " is on no DIMM that counts");
    return UnsafeShutdown.open(map, 0, device);
  }

  private static void found(UnsafeShutdown state, Finding expected) {
    CheckFailedException.unless(
        state.finding() == expected, "found " + state.finding() + " and not " + expected);
  }
}
