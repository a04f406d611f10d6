package io.holdfast.systemtest.guest;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.GranularityUnavailableException;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** What a mapping of a file or a device DAX is, and that its bytes stay. */
final class MappingChecks {
  static final int FILE_BYTES = 1 << 20;

  private static final byte[] TEXT = "written by a mapping".getBytes(StandardCharsets.US_ASCII);
  private static final long NUMBER = 0x1122334455667788L;
  private static final long COPY_OFFSET = 4096;
  private static final long FILL_OFFSET = 64 << 10;
  private static final long FILL_BYTES = 256 << 10;

  private MappingChecks() {}

  static Path newFile(Path folder, String name) {
    Path path = folder.resolve(name);
    try (PmemFile file = Medium.system().create(path)) {
      file.allocate(0, FILE_BYTES);
      file.sync();
    }
    Medium.system().syncFolder(folder);
    return path;
  }

  static PmemMap map(Path path, Granularity required) {
    return Medium.system()
        .map(PmemSource.of(path), MapConfig.defaults().withRequiredGranularity(required));
  }

  /**
   * Asks for exactly the granularity expected, and for the kernel's word that the mapping is
   * synchronous.
   */
  static String isSynchronous(Path path, Granularity expected) throws IOException {
    notForced();
    try (PmemMap map = map(path, expected)) {
      String flags = vmFlags(path);
      CheckFailedException.unless(
          map.granularity() == expected, path + " has granularity " + map.granularity());
      CheckFailedException.unless(flags.contains(" sf"), path + ": no sf among VmFlags " + flags);
      return "%s, not forced; mapped with MAP_SYNC, VmFlags: %s"
          .formatted(map.granularity(), flags);
    }
  }

  /** Asks for cache lines, which must be refused in words, and takes pages. */
  static String isPage(Path path) throws IOException {
    notForced();
    String refusal;
    try (PmemMap map = map(path, Granularity.CACHE_LINE)) {
      throw new CheckFailedException(path + " was mapped with granularity " + map.granularity());
    } catch (GranularityUnavailableException e) {
      refusal = Objects.requireNonNullElse(e.getMessage(), "no words");
    }
    CheckFailedException.unless(
        refusal.contains(path.toString()), refusal + " does not name " + path);
    try (PmemMap map = map(path, Granularity.PAGE)) {
      String flags = vmFlags(path);
      CheckFailedException.unless(
          map.granularity() == Granularity.PAGE, path + " has granularity " + map.granularity());
      CheckFailedException.unless(!flags.contains(" sf"), path + ": sf among VmFlags " + flags);
      return "PAGE, not forced; asked for CACHE_LINE: " + refusal;
    }
  }

  private static void notForced() {
    for (String name : List.of("PMEM2_FORCE_GRANULARITY", "PMEM_IS_PMEM_FORCE")) {
      CheckFailedException.unless(System.getenv(name) == null, name + " is set");
    }
    String property = "io.holdfast.pmem.forceGranularity";
    CheckFailedException.unless(System.getProperty(property) == null, property + " is set");
  }

  /** {@return what the kernel says of this process's mapping of a file} */
  private static String vmFlags(Path path) throws IOException {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside = line.endsWith(" " + path);
      } else if (inside && line.startsWith("VmFlags:")) {
        return line.substring("VmFlags:".length()).stripTrailing();
      }
    }
    throw new CheckFailedException(path + " is not in /proc/self/smaps");
  }

  /** Stores, copies and fills, each made durable in its own way. */
  static String write(Path path, Granularity required) {
    try (PmemMap map = map(path, required)) {
      map.putLong(0, NUMBER);
      map.persist(0, 8);
      map.copy(COPY_OFFSET, MemorySegment.ofArray(TEXT), 0, TEXT.length, CopyMode.PERSIST);
      map.fill(FILL_OFFSET, FILL_BYTES, (byte) 0x5A, CopyMode.PERSIST);
      map.deepFlush(0, map.size());
      return "a store, a copy and a fill of %d bytes persisted, %d bytes deep-flushed"
          .formatted(FILL_BYTES, map.size());
    }
  }

  /** Reads what {@link #write} has written. */
  static String readBack(Path path) {
    try (PmemMap map =
        Medium.system()
            .map(
                PmemSource.of(path),
                MapConfig.defaults()
                    .withRequiredGranularity(Granularity.PAGE)
                    .withProtection(MapConfig.Protection.READ))) {
      long number = map.getLong(0);
      byte[] text = new byte[TEXT.length];
      map.read(COPY_OFFSET, MemorySegment.ofArray(text), 0, text.length);
      byte[] filled = new byte[(int) FILL_BYTES];
      map.read(FILL_OFFSET, MemorySegment.ofArray(filled), 0, filled.length);
      int wrong = 0;
      for (byte b : filled) {
        wrong += b == 0x5A ? 0 : 1;
      }
      map.checkFaults();
      String seen =
          "read back 0x%x, \"%s\", %d of %d filled bytes"
              .formatted(
                  number,
                  new String(text, StandardCharsets.US_ASCII),
                  FILL_BYTES - wrong,
                  FILL_BYTES);
      CheckFailedException.unless(
          number == NUMBER && java.util.Arrays.equals(text, TEXT) && wrong == 0,
          path + ": " + seen);
      return seen;
    }
  }

  /** Opens for reading and synchronises through the descriptor: the file calls work as well. */
  static String fileCalls(Path path) {
    try (PmemFile file = Medium.system().open(path, FileAccess.READ_WRITE)) {
      MemorySegment number = MemorySegment.ofArray(new long[] {NUMBER});
      file.writeDurably(FILE_BYTES - 8, number);
      MemorySegment read = MemorySegment.ofArray(new long[1]);
      file.read(FILE_BYTES - 8, read);
      CheckFailedException.unless(
          read.mismatch(number) < 0, path + ": what was written is not read");
      return "8 bytes written durably by a file call and read";
    }
  }
}
