package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes: the process's standard streams, or a test's own.
 *
 * <p>Unlike {@link System#out} it says when standard output cannot be written, and does not flush
 * after each line.
 */
final class Console {
  /** Standard output cannot be written; what reads it may be gone. */
  static final class OutputException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean closedPipe;

    OutputException(IOException cause) {
      super("standard output: " + cause.getMessage(), cause);
      this.closedPipe = "Broken pipe".equals(cause.getMessage());
    }

    /** Whether the reader of a pipe has closed it, having seen enough. */
    boolean isClosedPipe() {
      return closedPipe;
    }
  }

  private final InputStream in;
  private final OutputStream out;
  private final PrintStream err;
  private final boolean terminal;

  /**
   * Writes to given streams.
   *
   * @param in standard input
   * @param out standard output
   * @param err standard error
   * @param terminal whether a person sees standard error as it is written
   */
  Console(InputStream in, OutputStream out, PrintStream err, boolean terminal) {
    this.in = in;
    this.out = new BufferedOutputStream(new Telling(out), 1 << 16);
    this.err = err;
    this.terminal = terminal;
  }

  /** The process's own streams. */
  static Console system() {
    return new Console(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
        isTerminal(2) && !"dumb".equals(System.getenv("TERM")));
  }

  /** Standard input. */
  InputStream in() {
    return in;
  }

  /** Standard error. */
  PrintStream err() {
    return err;
  }

  /** Whether a person sees standard error as it is written. */
  boolean isTerminal() {
    return terminal;
  }

  /** Writes a line to standard output. */
  void println(String line) throws OutputException {
    try {
      out.write(line.getBytes(UTF_8));
      out.write('\n');
    } catch (OutputException e) {
      throw e;
    } catch (IOException e) {
      throw new OutputException(e);
    }
  }

  /** Standard output for bytes; it tells of failures as {@link #println} does. */
  OutputStream out() {
    return out;
  }

  /** Hands what was written to whoever reads it. */
  void flush() throws IOException {
    out.flush();
  }

  /** Standard output for those who want a writer, which does not tell of failures. */
  PrintWriter writer() {
    return new PrintWriter(new OutputStreamWriter(out, UTF_8));
  }

  /**
   * Whether a descriptor of this process is a terminal: the kernel shows each as a link to what it
   * is.
   */
  private static boolean isTerminal(int descriptor) {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return target.startsWith("/dev/pts")
          || target.startsWith("/dev/console")
          || target.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes a failure recognisable as one of standard output. */
  private static final class Telling extends FilterOutputStream {
    Telling(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw new OutputException(e);
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }
  }
}
