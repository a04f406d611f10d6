package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What takes a process of its own to show: one that may not do everything, and file systems that
 * are full.
 */
final class HostileMachineTest {
  /**
   * What the superuser gives up to be refused like anybody else; without effect on an ordinary
   * user.
   */
  private static final List<String> ORDINARY =
      List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps=-all");

  @TempDir Path folder;
  private Path book;

  @BeforeEach
  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 300_000; i++) {
      text.append("word").append(letters(i)).append('\n');
    }
    book = Files.writeString(folder.resolve("book.txt"), text);
  }

  @Test
  void pool_inFolderThatIsNotWritable_isRefused() throws Exception {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    Cli result = run(ordinary(), "words", closed.resolve("new.heap"), book);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("holdfast: " + closed)
        .contains("permission denied")
        .hasLineCount(1);
    assertThat(closed).isEmptyDirectory();
  }

  @Test
  void text_thatIsNotReadable_isRefused() throws Exception {
    Files.setPosixFilePermissions(book, PosixFilePermissions.fromString("---------"));
    Path pool = folder.resolve("new.heap");
    assertThat(run(ordinary(), "words", pool, book))
        .isEqualTo(new Cli(1, "", "holdfast: " + book + ": permission denied\n"));
    assertThat(pool).doesNotExist();
  }

  @Test
  void pool_thatIsNotWritable_isRefused() throws Exception {
    Path pool = folder.resolve("words.heap");
    assertThat(Cli.holdfast("words", pool, book).code()).isZero();
    Files.setPosixFilePermissions(pool, PosixFilePermissions.fromString("r--r--r--"));
    Cli result = run(ordinary(), "words", pool, book);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("holdfast: " + pool).hasLineCount(1);
  }

  @Test
  void pool_fileSystemHasNoRoom_isRefusedAndLeavesNothing() throws Exception {
    Path mount = Files.createDirectory(folder.resolve("full"));
    Path pool = mount.resolve("new.heap");
    Cli result = run(onTmpfs(mount, "4m", "ls -A " + mount), "words", pool, book);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith("holdfast: " + pool + ": no room for a pool of")
        .hasLineCount(1);
  }

  @Test
  void pool_fileSystemFillsUp_keepsWhatIsCounted() throws Exception {
    Path mount = Files.createDirectory(folder.resolve("full"));
    Path pool = mount.resolve("new.heap");
    Path copy = folder.resolve("copy.heap");
    Cli result = run(onTmpfs(mount, "18m", "cp " + pool + " " + copy), "words", pool, book);
    assertThat(result.err())
        .startsWith("holdfast: " + pool)
        .contains("no space left")
        .hasLineCount(1);

    Cli kept = Cli.holdfast("words", copy, "--total");
    assertThat(kept.err()).isEmpty();
    assertThat(Long.parseLong(kept.out().strip())).isBetween(1L, 299_999L);
    assertThat(Cli.holdfast("words", copy, book, "--total").out()).isEqualTo("300000\n");
  }

  /** A number in letters. */
  private static String letters(int number) {
    StringBuilder letters = new StringBuilder();
    for (int rest = number; rest > 0; rest /= 26) {
      letters.append((char) ('a' + rest % 26));
    }
    return letters.toString();
  }

  private static List<String> ordinary() throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    requireWorks(ORDINARY);
    return ORDINARY;
  }

  /** Runs a command where a small file system is mounted, and another one afterwards. */
  private static List<String> onTmpfs(Path mount, String size, String afterwards) throws Exception {
    List<String> unshare = new ArrayList<>(List.of("unshare", "--mount"));
    if (!"root".equals(System.getProperty("user.name"))) {
      unshare.addAll(List.of("--user", "--map-root-user"));
    }
    requireWorks(unshare);
    unshare.addAll(
        List.of(
            "sh",
            "-c",
            "mount -t tmpfs -o size=%s none %s && { \"$@\"; %s; }"
                .formatted(size, mount, afterwards),
            "sh"));
    return unshare;
  }

  private static void requireWorks(List<String> prefix) throws Exception {
    List<String> command = new ArrayList<>(prefix);
    command.add("true");
    try {
      if (new ProcessBuilder(command).start().waitFor() == 0) {
        return;
      }
    } catch (IOException e) {
      // There is no such program.
    }
    abort("does not work here: " + String.join(" ", command));
  }

  private static Cli run(List<String> prefix, Object... args) throws Exception {
    String[] strings = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      strings[i] = args[i].toString();
    }
    ProcessBuilder builder = ChildJvm.of(strings);
    builder.command().addAll(0, prefix);
    Path err = Files.createTempFile("holdfast-test-", ".err");
    try {
      Process process = builder.redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Cli(process.waitFor(), out, Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }
}
