package io.holdfast.crash;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What the small programs of the tests have in common. */
final class Programs {
  static final Path FOLDER = Path.of("/simulated");
  static final Path FILE = FOLDER.resolve("data");
  static final long FILE_BYTES = 4096;

  private Programs() {}

  /** Creates a file of zeroes. */
  static void createFile(SimulatedMedium medium, RunLog log) {
    try (PmemFile file = medium.create(FILE)) {
      file.allocate(0, FILE_BYTES);
    }
  }

  static PmemMap map(SimulatedMedium medium) {
    return map(medium, MapConfig.Sharing.SHARED);
  }

  static PmemMap map(SimulatedMedium medium, MapConfig.Sharing sharing) {
    return medium.map(
        PmemSource.of(FILE),
        MapConfig.defaults().withRequiredGranularity(Granularity.PAGE).withSharing(sharing));
  }

  static long word(SimulatedMedium medium, long offset) {
    try (PmemMap map = map(medium)) {
      return map.getLong(offset);
    }
  }

  static MemorySegment bytes(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  static void write(SimulatedMedium medium, Path path, String text) {
    try (PmemFile file = medium.open(path, FileAccess.READ_WRITE)) {
      file.write(0, bytes(text));
    }
  }

  static String read(SimulatedMedium medium, Path path) {
    try (PmemFile file = medium.open(path, FileAccess.READ_ONLY)) {
      byte[] bytes = new byte[(int) file.size()];
      file.read(0, MemorySegment.ofArray(bytes));
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
