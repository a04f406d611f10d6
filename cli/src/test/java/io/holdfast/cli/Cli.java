package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * What a command did, run in this JVM.
 *
 * @param code the exit code
 * @param out standard output
 * @param err standard error
 */
record Cli(int code, String out, String err) {

  /** Runs {@code holdfast} with these arguments and nothing on standard input. */
  static Cli holdfast(Object... args) {
    return holdfast(InputStream.nullInputStream(), args);
  }

  /** Runs {@code holdfast} with these arguments and a text on standard input. */
  static Cli holdfastReading(String text, Object... args) {
    return holdfast(new ByteArrayInputStream(text.getBytes(UTF_8)), args);
  }

  private static Cli holdfast(InputStream in, Object... args) {
    String[] strings = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      strings[i] = args[i].toString();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(in, out, new PrintStream(err, true, UTF_8), false);
    int code = Main.run(console, strings);
    return new Cli(code, out.toString(UTF_8), err.toString(UTF_8));
  }
}
