package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static io.holdfast.cli.Cli.holdfastReading;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WordsCommandTest {
  @TempDir Path folder;
  private Path pool;
  private Path book;

  @BeforeEach
  void write() throws IOException {
    pool = folder.resolve("words.heap");
    book = Files.writeString(folder.resolve("book.txt"), "b a, b c. A c b");
  }

  @Test
  void words_text_tellsHowManyWereAdded() {
    assertThat(holdfast("words", pool, book)).isEqualTo(new Cli(0, book + ": 7 words added\n", ""));
    assertThat(holdfast("words", pool, book)).isEqualTo(new Cli(0, book + ": 0 words added\n", ""));
  }

  @Test
  void words_list_printsOnlyTheListInByteOrder() {
    assertThat(holdfast("words", pool, book, "--list"))
        .isEqualTo(new Cli(0, "1 A\n1 a\n3 b\n2 c\n", ""));
  }

  @Test
  void words_top_printsTheMostFrequent() {
    holdfast("words", pool, book);
    assertThat(holdfast("words", pool, "--top", 3)).isEqualTo(new Cli(0, "3 b\n2 c\n1 A\n", ""));
  }

  @Test
  void words_total_printsTheNumber() {
    assertThat(holdfast("words", "--total", pool, book)).isEqualTo(new Cli(0, "7\n", ""));
  }

  @Test
  void words_noText_tellsWhatIsCounted() throws IOException {
    holdfast("words", pool, book);
    assertThat(holdfast("words", pool))
        .isEqualTo(new Cli(0, book.toRealPath() + ": 15 of 15 bytes counted\n7 words\n", ""));
  }

  @Test
  void words_standardInput_isCountedEachTime() {
    assertThat(holdfastReading("x y", "words", pool, "-", "--total").out()).isEqualTo("2\n");
    assertThat(holdfastReading("x y", "words", pool, "-", "--total").out()).isEqualTo("4\n");
  }

  @Test
  void words_report_printsThePositionAfterEachTransaction() {
    assertThat(holdfast("words", "--report", pool, book).out())
        .isEqualTo(book + ": 15 bytes, 7 words\n" + book + ": 7 words added\n");
  }

  @Test
  void words_oneTextOfSeveralIsMissing_nothingIsCounted() {
    Path missing = folder.resolve("missing.txt");
    assertThat(holdfast("words", pool, book, missing))
        .isEqualTo(new Cli(1, "", "holdfast: " + missing + ": no such file\n"));
    assertThat(pool).doesNotExist();
  }

  @Test
  void words_nameThatActsOnTerminal_isEscaped() throws IOException {
    Path evil = Files.writeString(folder.resolve("evil\033[2J.txt"), "word");
    assertThat(holdfast("words", pool, evil).out())
        .isEqualTo(folder + "/evil\\x1b[2J.txt: 1 word added\n");
  }
}
