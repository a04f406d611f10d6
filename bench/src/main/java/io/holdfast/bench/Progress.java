package io.holdfast.bench;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Tells how far the run has come: a bar that redraws itself on a terminal, nothing anywhere else.
 */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 40;
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintStream out;
  private final boolean visible;
  private final String label;
  private final int steps;
  private int done;

  private Progress(PrintStream out, boolean visible, String label, int steps) {
    this.out = out;
    this.visible = visible;
    this.label = label;
    this.steps = steps;
    draw();
  }

  /** {@return a bar of {@code steps} steps on the terminal, if there is one} */
  static Progress onTerminal(String label, int steps) {
    // JDK 25 gives no console without a terminal, JDK 22 to 24 one that says so.
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return new Progress(System.err, terminal, label, steps);
  }

  /** {@return a bar of {@code steps} steps on {@code out}, whatever that is} */
  static Progress on(PrintStream out, String label, int steps) {
    return new Progress(out, true, label, steps);
  }

  /** Counts one step. */
  void advance() {
    int drawn = percent();
    done++;
    if (percent() != drawn) {
      draw();
    }
  }

  private int percent() {
    return 100 * done / steps;
  }

  private void draw() {
    if (visible) {
      int filled = WIDTH * done / steps;
      out.print(
          "\r%s [%s%s] %3d %%"
              .formatted(label, "#".repeat(filled), " ".repeat(WIDTH - filled), percent()));
      out.flush();
    }
  }

  /** Erases the bar. */
  @Override
  public void close() {
    if (visible) {
      out.print(ERASE_LINE);
      out.flush();
    }
  }
}
