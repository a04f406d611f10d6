package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores strings in a mapped file, back to back, each ended by a zero byte and made durable before
 * the next.
 *
 * <p>Deliberately nothing more: a crash can leave a part of a string, since neither its bytes nor
 * its end become durable at once. {@link NumberList} and {@link WordTree}, on a transactional heap,
 * show what it takes to do better. For one thread.
 */
public final class Basic implements AutoCloseable {
  /** The size of a file that is created, in bytes. */
  public static final long CREATED_SIZE = 8192;

  private static final long LINE = 64;

  /** How a string is made durable. */
  public enum Mode {
    /** By flushing cache lines where the medium allows it, otherwise by {@code msync}. */
    PERSIST,
    /** By {@code msync}, whatever the medium. */
    MSYNC,
    /**
     * Stores stay private to this process; making them durable copies the cache lines they touch to
     * the file. So what a program forgets to make durable is not there the next time, without any
     * crash.
     */
    FAULT_INJECTION
  }

  private final PmemFile file;
  private final PmemMap map;
  private final Mode mode;

  private Basic(PmemFile file, PmemMap map, Mode mode) {
    this.file = file;
    this.map = map;
    this.mode = mode;
  }

  /**
   * Opens a file, and creates it with {@link #CREATED_SIZE} bytes if it does not exist: wholly or
   * not at all.
   *
   * @param path the file
   * @param mode how strings are made durable
   * @return the open file, which the caller closes
   * @throws io.holdfast.pmem.PmemException if it cannot be created, opened or mapped
   */
  public static Basic open(Path path, Mode mode) {
    Medium medium = Medium.system();
    ExampleFile.createIfAbsent(medium, path, CREATED_SIZE, _ -> {});
    return open(medium, path, mode);
  }

  /** Creates a file on any medium. */
  static void create(Medium medium, Path path) {
    ExampleFile.create(medium, path, CREATED_SIZE, _ -> {});
  }

  /** Opens an existing file of any medium. */
  static Basic open(Medium medium, Path path, Mode mode) {
    PmemFile file = medium.open(path, FileAccess.READ_WRITE);
    try {
      MapConfig config =
          MapConfig.defaults()
              .withRequiredGranularity(Granularity.PAGE)
              .withSharing(mode == Mode.FAULT_INJECTION ? Sharing.PRIVATE : Sharing.SHARED);
      return new Basic(file, medium.map(PmemSource.of(file), config), mode);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Stores strings from the beginning of the file, over what was there. Each is durable before the
   * next is stored, and all are on return.
   *
   * @param strings the strings, stored in UTF-8
   * @throws ExampleException if they do not fit; nothing is stored
   */
  public void store(List<String> strings) {
    List<byte[]> stored = strings.stream().map(string -> (string + '\0').getBytes(UTF_8)).toList();
    long needed = stored.stream().mapToLong(bytes -> bytes.length).sum();
    if (needed > map.size()) {
      throw new ExampleException(
          "%s: the strings need %d bytes, the file has %d"
              .formatted(file.path(), needed, map.size()));
    }
    long offset = 0;
    for (byte[] bytes : stored) {
      map.copy(offset, MemorySegment.ofArray(bytes), 0, bytes.length, CopyMode.NO_FLUSH);
      persist(offset, bytes.length);
      offset += bytes.length;
    }
  }

  /**
   * {@return the strings found: runs of printable ASCII, of which a zero byte is the end; other
   * bytes are skipped}
   */
  public List<String> strings() {
    byte[] bytes = new byte[(int) map.size()];
    map.read(0, MemorySegment.ofArray(bytes), 0, bytes.length);
    List<String> strings = new ArrayList<>();
    for (String run : new String(bytes, ISO_8859_1).split("\0")) {
      String printable = run.replaceAll("[^ -~]", "");
      if (!printable.isEmpty()) {
        strings.add(printable);
      }
    }
    return strings;
  }

  /** Closes the file. */
  @Override
  public void close() {
    map.close();
    file.close();
  }

  private void persist(long offset, long length) {
    switch (mode) {
      case PERSIST -> map.persist(offset, length);
      case MSYNC -> map.deepFlush(offset, length);
      case FAULT_INJECTION -> {
        long start = offset / LINE * LINE;
        long end = Math.min((offset + length + LINE - 1) / LINE * LINE, map.size());
        file.writeDurably(start, map.segment().asSlice(start, end - start));
      }
    }
  }
}
