package io.holdfast.systemtest.guest;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Device DAX: memory as a character device, which no {@code msync} and no file call understands.
 */
final class DeviceChecks {
  private static final Path DEVICE = Volumes.DEVICE_DAX;
  private static final byte[] TEXT = "written past a mapping".getBytes(StandardCharsets.US_ASCII);
  private static final long TEXT_OFFSET = 3L << 20;

  private DeviceChecks() {}

  /** Compares the source's answers with sysfs. */
  static String facts() throws Exception {
    PmemSource source = PmemSource.of(DEVICE);
    Path folder = Path.of("/sys/bus/dax/devices", DEVICE.getFileName().toString());
    String expected =
        "%s bytes, alignment %s, NUMA node %s"
            .formatted(
                text(folder.resolve("size")),
                text(folder.resolve("align")),
                text(Path.of("/sys/bus/nd/devices/region0/numa_node")));
    String seen =
        "%d bytes, alignment %d, NUMA node %d"
            .formatted(source.size(), source.alignment(), source.numaNode());
    CheckFailedException.unless(seen.equals(expected), seen + ", and sysfs says " + expected);
    return seen;
  }

  private static String text(Path file) throws Exception {
    return Files.readString(file).strip();
  }

  /** The emulated DIMM counts no unsafe shutdowns, and says so. */
  static String noCount(Path path) {
    try {
      long count = PmemSource.of(path).unsafeShutdownCount();
      throw new CheckFailedException(path + ": count " + count + " of a DIMM that does not count");
    } catch (DeviceException e) {
      return e.reason() + ": " + e.getMessage();
    }
  }

  /** The DIMM's count, which the test has chosen, and its name. */
  static String unsafeShutdowns(Path path, long expected) throws Exception {
    PmemSource source = PmemSource.of(path);
    long count = source.unsafeShutdownCount();
    CheckFailedException.unless(
        count == expected, path + ": count " + count + ", and the DIMM's is " + expected);
    String id = source.deviceId();
    String dimm = text(Path.of("/sys/bus/nd/devices/nmem0/nfit/id"));
    CheckFailedException.unless(
        id.equals(dimm), path + ": device id " + id + ", and the DIMM's is " + dimm);
    return "%s: %d unsafe shutdowns of %s".formatted(path, count, id);
  }

  /** Reads and writes without a mapping of the caller's. */
  static String transfer() {
    PmemSource source = PmemSource.of(DEVICE);
    source.write(TEXT_OFFSET + 5, MemorySegment.ofArray(TEXT));
    return readTransferred();
  }

  static String readTransferred() {
    byte[] read = new byte[TEXT.length];
    PmemSource.of(DEVICE).read(TEXT_OFFSET + 5, MemorySegment.ofArray(read));
    String seen = new String(read, StandardCharsets.US_ASCII);
    CheckFailedException.unless(Arrays.equals(read, TEXT), "read \"" + seen + "\"");
    return "read \"" + seen + "\"";
  }

  /** What cannot be mapped is refused in words, before the kernel does. */
  static String refusals() {
    StringBuilder seen = new StringBuilder();
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.CACHE_LINE);
    for (MapConfig wrong :
        new MapConfig[] {
          config.withSharing(MapConfig.Sharing.PRIVATE),
          config.withOffset(4096).withLength(2 << 20),
          config.withLength(4096),
          config.withLength(1L << 40)
        }) {
      try (PmemMap map = Medium.system().map(PmemSource.of(DEVICE), wrong)) {
        throw new CheckFailedException(wrong + " was mapped, " + map.size() + " bytes");
      } catch (MapException e) {
        seen.append(e.reason()).append(": ").append(e.getMessage()).append("; ");
      }
    }
    return seen.toString();
  }

  /** A part of the device, at an offset it can be mapped at, seen from another mapping. */
  static String partIsTheSameMemory() {
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.CACHE_LINE);
    long offset = 4L << 20;
    try (PmemMap whole = Medium.system().map(PmemSource.of(DEVICE), config);
        PmemMap part =
            Medium.system()
                .map(PmemSource.of(DEVICE), config.withOffset(offset).withLength(2 << 20))) {
      part.fill(0, part.size(), (byte) 7, CopyMode.PERSIST);
      part.putLong(8, 0x77);
      part.persist(8, 8);
      CheckFailedException.unless(
          whole.getLong(offset + 8) == 0x77 && whole.getByte(offset + part.size() - 1) == 7,
          "the part is other memory than the whole");
      return "%d bytes at %d are the same memory as in a mapping of all %d"
          .formatted(part.size(), offset, whole.size());
    }
  }
}
