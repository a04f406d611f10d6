package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfast words}, killed again and again, each time in a JVM of its own. */
final class WordsKillTest {
  private static final int KILLS = 10;
  private static final int TEXT_BYTES = 6 << 20;

  @TempDir Path folder;

  @Test
  void words_killedAgainAndAgain_countsEveryWordOnce() throws Exception {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("WordsKillTest: -Dholdfast.seed=" + seed);
    Random random = new Random(seed);
    Path text = folder.resolve("book.txt");
    Path pool = folder.resolve("words.heap");
    writeText(text, random);

    int kills = 0;
    long reported = 0;
    while (kills < KILLS) {
      // Whatever part of the text is left, the remaining kills shall fall within it.
      long left = TEXT_BYTES - reported;
      long killAt = reported + (long) (random.nextDouble() * 2 * left / (KILLS - kills + 2));
      Process child = ChildJvm.of("words", "--report", pool.toString(), text.toString()).start();
      long position = killOnceItReports(child, killAt, text);
      if (position < 0) {
        break;
      }
      kills++;
      reported = Math.max(reported, position);
      Cli state = Cli.holdfast("words", pool);
      assertThat(state.code()).as(state.err()).isZero();
      assertThat(countedBytes(state)).isGreaterThanOrEqualTo(reported);
    }
    assertThat(kills).isGreaterThanOrEqualTo(KILLS / 2);

    assertThat(Cli.holdfast("words", pool, text).code()).isZero();
    assertThat(Cli.holdfast("words", pool, "--list").out())
        .isEqualTo(
            TourText.count(text).entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey() + "\n")
                .collect(Collectors.joining()));
  }

  /**
   * Kills a child when it has reported a position; {@return the last one it reported, -1 if it
   * finished}
   */
  private static long killOnceItReports(Process child, long killAt, Path text)
      throws IOException, InterruptedException {
    try (BufferedReader reports = child.inputReader(UTF_8)) {
      long position = 0;
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        String prefix = text + ": ";
        assertThat(line).startsWith(prefix);
        String[] report = line.substring(prefix.length()).split(" ");
        if (report[1].equals("bytes,")) {
          position = Long.parseLong(report[0]);
          if (position >= killAt) {
            // Unlike the process's own method, this leaves what it has written to be read.
            child.toHandle().destroyForcibly();
          }
        }
      }
      int code = child.waitFor();
      assertThat(code).isIn(0, 128 + 9);
      return code == 0 ? -1 : position;
    } finally {
      child.destroyForcibly();
    }
  }

  private static long countedBytes(Cli state) {
    String line = state.out().lines().findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll(".*: ([\\d,]+) of .*", "$1").replace(",", ""));
  }

  /**
   * A text whose words are as frequent as those of a language: a few often, most of them rarely.
   */
  private static void writeText(Path file, Random random) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      long written = 0;
      while (written < TEXT_BYTES) {
        int rank = (int) Math.pow(200_000, random.nextDouble());
        StringBuilder word = new StringBuilder();
        for (int rest = rank * 7919; rest > 0; rest /= 52) {
          int letter = rest % 52;
          word.append((char) (letter < 26 ? 'a' + letter : 'A' + letter - 26));
        }
        if (random.nextInt(100_000) == 0) {
          word.append("x".repeat(random.nextInt(8000)));
        }
        word.append(random.nextInt(10) == 0 ? ".\n" : " ");
        byte[] bytes = word.toString().getBytes(US_ASCII);
        out.write(bytes);
        written += bytes.length;
      }
    }
  }
}
