package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExamplesTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("file");
  }

  @Nested
  final class Trivial {
    @Test
    void trivial_file_beginsWithTheGreeting() throws IOException {
      byte[] before = new byte[5000];
      Arrays.fill(before, (byte) 'x');
      Files.write(file, before);
      assertThat(holdfast("example", "trivial", file)).isEqualTo(new Cli(0, "Done.\n", ""));
      assertThat(Files.readString(file))
          .isEqualTo("Hello, Persistent Memory!\0" + "x".repeat(5000 - 26));
    }
  }

  @Nested
  final class Basic {
    @ParameterizedTest
    @ValueSource(strings = {"", "-M", "-F"})
    void basic_strings_areStoredAndPrinted(String mode) throws IOException {
      String longString = "longer than one cache line: " + "-".repeat(100);
      assertThat(basic(mode, "short1", longString, "short2")).isEqualTo(new Cli(0, "", ""));
      assertThat(basic(mode)).isEqualTo(new Cli(0, "short1\n" + longString + "\nshort2\n", ""));
      String stored = "short1\0" + longString + "\0short2\0";
      assertThat(Files.readString(file)).isEqualTo(stored + "\0".repeat(8192 - stored.length()));
    }

    @Test
    void basic_strings_areStoredOverWhatWasThere() {
      basic("", "abcdef");
      basic("", "xy");
      assertThat(basic("").out()).isEqualTo("xy\ndef\n");
    }

    @Test
    void basic_tooLongStrings_storesNothing() {
      basic("", "kept");
      assertThat(basic("", "a".repeat(8000), "b".repeat(191)))
          .isEqualTo(
              new Cli(
                  1,
                  "",
                  "holdfast: " + file + ": the strings need 8193 bytes, the file has 8192\n"));
      assertThat(basic("").out()).isEqualTo("kept\n");
    }

    private Cli basic(String mode, String... strings) {
      Object[] args = {"example", "basic", mode, file};
      Object[] all = Arrays.copyOf(args, args.length + strings.length);
      System.arraycopy(strings, 0, all, args.length, strings.length);
      return holdfast(Arrays.stream(all).filter(arg -> !arg.equals("")).toArray());
    }
  }

  @Nested
  final class Counter {
    @Test
    void counter_increments_areKept() throws IOException {
      assertThat(holdfast("example", "counter", file)).isEqualTo(new Cli(0, "0\n", ""));
      assertThat(holdfast("example", "counter", file, 3)).isEqualTo(new Cli(0, "3\n", ""));
      assertThat(holdfast("example", "counter", file, 2)).isEqualTo(new Cli(0, "5\n", ""));
      assertThat(Files.size(file)).isEqualTo(4096);
    }

    @Test
    void counter_incrementedByProcessesAtOnce_countsAll() throws Exception {
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ProcessBuilder child = ChildJvm.of("example", "counter", file.toString(), "150");
        processes.add(child.redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
      }
      for (Process process : processes) {
        assertThat(process.waitFor()).isZero();
      }
      assertThat(holdfast("example", "counter", file).out()).isEqualTo("450\n");
    }

    @Test
    void counter_anotherProgramsFile_isRefusedAndKept() throws IOException {
      byte[] bytes = "#!/bin/sh\n".repeat(500).getBytes(UTF_8);
      Files.write(file, bytes);
      assertThat(holdfast("example", "counter", file, 1))
          .isEqualTo(
              new Cli(
                  1,
                  "",
                  "holdfast: "
                      + file
                      + ": not a counter: it does not begin with a counter's signature\n"));
      assertThat(file).hasBinaryContent(bytes);
    }

    @Test
    void counter_fileTooShort_isRefused() throws IOException {
      Files.write(file, new byte[100]);
      assertThat(holdfast("example", "counter", file, 1))
          .isEqualTo(
              new Cli(
                  1,
                  "",
                  "holdfast: "
                      + file
                      + ": offset 0 + 4096 exceeds size 100; a counter has 4096 bytes\n"));
    }
  }

  @Nested
  final class Ring {
    @Test
    void ring_messages_arePrintedOnce() {
      assertThat(holdfast("example", "ring", "send", file, "one", "two"))
          .isEqualTo(new Cli(0, "", ""));
      assertThat(holdfast("example", "ring", "receive", file, "-n", 1).out()).isEqualTo("one\n");
      assertThat(holdfast("example", "ring", "receive", file).out()).isEqualTo("two\n");
      assertThat(holdfast("example", "ring", "receive", file)).isEqualTo(new Cli(0, "", ""));
    }

    @Test
    void ring_betweenTwoProcesses_carriesMoreThanItHolds() throws Exception {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 600; i++) {
        lines.append(i).append(" ").append("-".repeat(i % 200)).append('\n');
      }
      Path text = Files.writeString(folder.resolve("lines"), lines);
      Process sender =
          ChildJvm.of("example", "ring", "send", file.toString())
              .redirectInput(text.toFile())
              .start();
      assertThat(holdfast("example", "ring", "receive", file, "-n", 600))
          .isEqualTo(new Cli(0, lines.toString(), ""));
      assertThat(sender.waitFor()).isZero();
    }
  }

  @Nested
  final class NumberList {
    @Test
    void list_numbers_arePrependedPrintedAndFreed() {
      assertThat(list(1, 2)).isEqualTo(new Cli(0, "", ""));
      assertThat(list(-3, 4)).isEqualTo(new Cli(0, "", ""));
      assertThat(list()).isEqualTo(new Cli(0, "4 -3 2 1\n", ""));
      assertThat(list("-f")).isEqualTo(new Cli(0, "", ""));
      assertThat(list()).isEqualTo(new Cli(0, "-3 2 1\n", ""));
    }

    @Test
    void list_empty_printsEmptyLineAndFreesNothing() {
      list(1);
      list("-f");
      assertThat(list()).isEqualTo(new Cli(0, "\n", ""));
      assertThat(list("-f"))
          .isEqualTo(new Cli(1, "", "holdfast: " + file + ": the list is empty\n"));
    }

    private Cli list(Object... args) {
      Object[] all = new Object[args.length + 3];
      all[0] = "example";
      all[1] = "list";
      all[2] = file;
      System.arraycopy(args, 0, all, 3, args.length);
      return holdfast(all);
    }
  }

  @Nested
  final class Tree {
    @Test
    void tree_words_areCountedWalkedAndFreed() {
      assertThat(holdfast("example", "tree", "insert", file, "one", "two", "one", "three"))
          .isEqualTo(new Cli(0, "", ""));
      assertThat(holdfast("example", "tree", "walk", file))
          .isEqualTo(new Cli(0, "    2 one\n    1 three\n    1 two\n", ""));
      assertThat(holdfast("example", "tree", "free", file)).isEqualTo(new Cli(0, "", ""));
      assertThat(holdfast("example", "tree", "walk", file)).isEqualTo(new Cli(0, "", ""));
    }

    @Test
    void walk_wordThatActsOnTerminal_isEscaped() {
      holdfast("example", "tree", "insert", file, "\033[31mred");
      assertThat(holdfast("example", "tree", "walk", file).out()).isEqualTo("    1 \\x1b[31mred\n");
    }
  }
}
