package io.holdfast.crash;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A text that is written once: the program of the package documentation. */
final class Note implements AutoCloseable {
  private static final long LENGTH = 0;
  private static final long TEXT = 64;

  private final PmemMap map;

  private Note(PmemMap map) {
    this.map = map;
  }

  static void create(Medium medium, Path path) {
    try (PmemFile file = medium.create(path)) {
      file.allocate(0, 4096);
      file.sync();
    }
    medium.syncFolder(path.getParent());
  }

  static Note open(Medium medium, Path path) {
    return new Note(
        medium.map(
            PmemSource.of(path), MapConfig.defaults().withRequiredGranularity(Granularity.PAGE)));
  }

  void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    map.copy(TEXT, MemorySegment.ofArray(bytes), 0, bytes.length, CopyMode.PERSIST);
    map.putLong(LENGTH, bytes.length);
    map.persist(LENGTH, Long.BYTES);
  }

  String text() {
    byte[] bytes = new byte[(int) map.getLong(LENGTH)];
    map.read(TEXT, MemorySegment.ofArray(bytes), 0, bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    map.close();
  }
}
