package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.Words;
import io.holdfast.pmem.Medium;
import io.holdfast.pool.Pool;
import io.holdfast.pool.PoolKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user can get wrong: one clear line, exit code 1, and everything is as it was. */
final class BadInputTest {
  private static final int HEADER_SIZE = 4096;

  @TempDir Path folder;
  private Path pool;
  private Path book;

  @BeforeEach
  void create() throws IOException {
    pool = folder.resolve("words.heap");
    book = Files.writeString(folder.resolve("book.txt"), "one two");
    assertThat(holdfast("words", pool, book).code()).isZero();
  }

  @Test
  void pool_anyHeaderByteFlipped_isRefused() throws IOException {
    List<Object> before = state();
    try (FileChannel file =
        FileChannel.open(pool, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int offset = 0;
      while (offset < HEADER_SIZE) {
        flip(file, offset);
        refusal("words", pool, "--total");
        flip(file, offset);
        // All of the fields, some of the zeros between them.
        offset += offset < 256 || offset >= 4000 ? 1 : 13;
      }
    }
    assertThat(state()).isEqualTo(before);
    assertThat(holdfast("words", pool, "--total").out()).isEqualTo("2\n");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 8, 100, 4095, 4096, 4097, 8192, 100_000, -1, -4096, -100_000})
  void pool_cutShort_isRefused(long bytes) throws IOException {
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      file.truncate(bytes < 0 ? file.size() + bytes : bytes);
    }
    assertRefused("words", pool, "--total");
    assertRefused("words", pool, book);
    assertRefused("example", "tree", "walk", pool);
  }

  @Test
  void pool_ofAnotherKind_isRefused() throws IOException {
    Files.delete(pool);
    createPool(new PoolKind("log", "HFOTHER", 1));
    assertThat(assertRefused("words", pool, book)).contains("HFOTHER");
  }

  @Test
  void pool_ofNewerVersion_isRefused() throws IOException {
    String signature = Pool.inspect(Medium.system(), pool).signature();
    Files.delete(pool);
    createPool(new PoolKind("heap", signature, 99));
    assertThat(assertRefused("words", pool, book)).contains("99", "newer");
  }

  @Test
  void pool_ofAnotherExample_isRefused() throws IOException {
    assertThat(assertRefused("example", "tree", "walk", pool)).contains("holds no tree");
    assertThat(assertRefused("example", "tree", "insert", pool, "word")).contains("holds no tree");
    assertRefused("example", "list", pool);
    assertRefused("example", "list", pool, 1);
    Path list = folder.resolve("list.heap");
    assertThat(holdfast("example", "list", list, 1).code()).isZero();
    assertThat(assertRefused("words", list, book)).contains("holds no words");
  }

  @Test
  void pool_alreadyOpen_isRefused() throws IOException {
    try (Words _ = Words.openExisting(pool)) {
      assertThat(assertRefused("words", pool, book))
          .contains("in use by this process (" + ProcessHandle.current().pid() + ")");
    }
  }

  @Test
  void pool_isDirectory_isRefused() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("directory"));
    assertThat(assertRefused("words", directory, book)).contains(directory.toString());
    assertRefused("example", "list", directory, 1);
    assertRefused("example", "tree", "walk", directory);
    assertRefused("example", "basic", directory, "word");
    assertRefused("example", "trivial", directory);
  }

  @Test
  void pool_randomBytes_isRefused() throws IOException {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("BadInputTest: -Dholdfast.seed=" + seed);
    Random random = new Random(seed);
    for (int size : new int[] {1, 100, 4096, 8192, 1 << 20}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      Files.write(pool, bytes);
      assertRefused("words", pool, book);
      assertRefused("example", "list", pool);
    }
  }

  @Test
  void pool_zeros_isRefused() throws IOException {
    for (int size : new int[] {1, 511, 513, 4096, 1 << 20}) {
      Files.write(pool, new byte[size]);
      assertRefused("words", pool, book);
      assertRefused("example", "list", pool);
    }
  }

  @Test
  void pool_missing_isRefused() throws IOException {
    Path missing = folder.resolve("missing.heap");
    assertThat(assertRefused("words", missing, "--list")).contains(missing.toString());
    assertRefused("example", "list", missing);
    assertRefused("example", "list", missing, "-f");
    assertRefused("example", "tree", "walk", missing);
    assertRefused("example", "tree", "free", missing);
    assertRefused("words", missing.resolve("in/no/folder"), book);
    assertRefused("words", book.resolve("in.file"), book);
  }

  @Test
  void text_missing_isRefused() throws IOException {
    Path missing = folder.resolve("missing.txt");
    assertThat(assertRefused("words", pool, missing)).isEqualTo(missing + ": no such file");
  }

  @Test
  void text_isDirectory_isRefused() throws IOException {
    assertThat(assertRefused("words", pool, folder))
        .isEqualTo(folder + ": is a directory; name the files in it");
  }

  @Test
  void text_isDevice_isRefused() throws IOException {
    assertThat(assertRefused("words", pool, "/dev/zero")).contains("give it as standard input");
  }

  @Test
  void text_cannotBeRead_isRefused() throws IOException {
    assertThat(holdfast("words", pool, "/proc/self/mem"))
        .isEqualTo(new Cli(1, "", "holdfast: /proc/self/mem: input/output error\n"));
  }

  @Test
  void text_hasShrunk_isRefused() throws IOException {
    Files.writeString(book, "one");
    assertThat(assertRefused("words", pool, book)).contains("has 3 bytes now and had 7");
  }

  @Test
  void text_isPool_isRefused() throws IOException {
    assertThat(assertRefused("words", pool, pool)).isEqualTo(pool + ": is the pool itself");
  }

  @Test
  void trivialFile_tooShort_isRefused() throws IOException {
    assertThat(assertRefused("example", "trivial", book))
        .isEqualTo(book + ": has 7 bytes, needs 4096; make it with: truncate -s 4096 " + book);
    assertRefused("example", "trivial", folder.resolve("missing"));
  }

  private void createPool(PoolKind kind) {
    Pool.create(Medium.system(), pool, kind, 1 << 20, file -> {}).close();
  }

  private static void flip(FileChannel file, int offset) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1);
    file.read(buffer, offset);
    buffer.flip();
    buffer.put(0, (byte) (buffer.get(0) ^ 0x41));
    file.write(buffer, offset);
  }

  /** Runs a command that must refuse and change nothing; {@return what it said} */
  private String assertRefused(Object... args) throws IOException {
    List<Object> before = state();
    String said = refusal(args);
    assertThat(state()).as("after %s", List.of(args)).isEqualTo(before);
    return said;
  }

  /** Runs a command that must refuse; {@return what it said} */
  private static String refusal(Object... args) {
    Cli result = holdfast(args);
    String line = List.of(args).toString();
    assertThat(result.code()).as(line).isEqualTo(1);
    assertThat(result.out()).as(line).isEmpty();
    assertThat(result.err()).as(line).startsWith("holdfast: ").endsWith("\n").hasLineCount(1);
    assertThat(result.err()).as(line).doesNotContain("internal error", "Exception", "null");
    return result.err().substring("holdfast: ".length()).strip();
  }

  /** The names and contents of all files, those of the pool by a checksum. */
  private List<Object> state() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .sorted()
          .<Object>map(file -> List.of(file, Files.isRegularFile(file) ? checksum(file) : 0L))
          .toList();
    }
  }

  private static long checksum(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      CRC32C crc = new CRC32C();
      crc.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
      return crc.getValue() + (channel.size() << 32);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
