package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** The smallest possible example: maps a file, stores a string, makes it durable. */
public final class Trivial {
  private static final long BYTE_SIZE = 4096;
  private static final MemorySegment GREETING =
      MemorySegment.ofArray("Hello, Persistent Memory!\0".getBytes(US_ASCII)).asReadOnly();

  private Trivial() {}

  /**
   * Stores a greeting at the beginning of a file. Durable on return.
   *
   * @param file an existing file of at least 4096 bytes
   * @throws ExampleException if the file is too short
   * @throws io.holdfast.pmem.PmemException if the file cannot be mapped
   * @throws IOException if the file's size cannot be told
   */
  public static void run(Path file) throws IOException {
    if (Files.isRegularFile(file) && Files.size(file) < BYTE_SIZE) {
      throw new ExampleException(
          "%s: has %d bytes, needs %d; make it with: truncate -s %3$d %1$s"
              .formatted(file, Files.size(file), BYTE_SIZE));
    }
    MapConfig config =
        MapConfig.defaults().withLength(BYTE_SIZE).withRequiredGranularity(Granularity.PAGE);
    try (PmemMap map = Medium.system().map(PmemSource.of(file), config)) {
      map.copy(0, GREETING, 0, GREETING.byteSize(), CopyMode.PERSIST);
    }
  }
}
