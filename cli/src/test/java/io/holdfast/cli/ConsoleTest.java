package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConsoleTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path pool;

  @BeforeEach
  void create() {
    pool = folder.resolve("tree.heap");
    assertThat(Cli.holdfast("example", "tree", "insert", pool, "word").code()).isZero();
  }

  @Test
  void println_readerOfPipeIsGone_endsQuietly() {
    assertThat(walkInto(failing("Broken pipe"))).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void println_diskIsFull_isReported() {
    assertThat(walkInto(failing("No space left on device"))).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("holdfast: standard output: No space left on device\n");
  }

  private int walkInto(OutputStream out) {
    Console console =
        new Console(InputStream.nullInputStream(), out, new PrintStream(err, true, UTF_8), false);
    return Main.run(console, "example", "tree", "walk", pool.toString());
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }
}
