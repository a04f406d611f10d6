package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void update_onTerminal_showsNameShareAndCount() {
    try (ProgressBar bar = new ProgressBar(console(true), "a\033book.txt", 200, "words")) {
      updateUntilDrawn(bar, 50);
    }
    assertThat(err.toString(UTF_8))
        .startsWith("\ra\\x1bbook.txt [######..................]  25%  1,234 words, ")
        .endsWith("/s\033[K\r\033[K");
  }

  @Test
  void update_totalUnknown_showsNoShare() {
    try (ProgressBar bar = new ProgressBar(console(true), "standard input", 0, "words")) {
      updateUntilDrawn(bar, 50);
    }
    assertThat(err.toString(UTF_8)).startsWith("\rstandard input  1,234 words, ");
  }

  @Test
  void update_longName_showsItsEnd() {
    try (ProgressBar bar =
        new ProgressBar(console(true), "/a/long/way/to/the/book.txt", 1, "words")) {
      updateUntilDrawn(bar, 1);
    }
    assertThat(err.toString(UTF_8)).startsWith("\r...y/to/the/book.txt [####");
  }

  @Test
  void update_inPipe_showsNothing() {
    try (ProgressBar bar = new ProgressBar(console(false), "book.txt", 200, "words")) {
      bar.update(50, 1234);
    }
    assertThat(err.size()).isZero();
  }

  /** The bar draws at most every tenth of a second, and the first time after as long. */
  private void updateUntilDrawn(ProgressBar bar, long done) {
    while (err.size() == 0) {
      bar.update(done, 1234);
      Thread.onSpinWait();
    }
  }

  private Console console(boolean terminal) {
    return new Console(
        InputStream.nullInputStream(),
        OutputStream.nullOutputStream(),
        new PrintStream(err, true, UTF_8),
        terminal);
  }
}
