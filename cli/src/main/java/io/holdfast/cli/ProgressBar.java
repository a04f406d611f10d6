package io.holdfast.cli;

import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A line on a terminal that shows how far long work is; nothing at all where nobody would see it.
 * For one thread.
 */
final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 24;
  private static final int NAME_WIDTH = 20;
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final PrintStream terminal;
  private final String name;
  private final long total;
  private final String unit;
  private final long start = System.nanoTime();
  private final @Nullable ShutdownHook newLine;
  private long drawn;

  /**
   * Begins.
   *
   * @param console where it is shown, if that is a terminal
   * @param name what is worked on
   * @param total how much there is to do, 0 if unknown
   * @param unit what is counted beside, in the plural
   */
  ProgressBar(Console console, String name, long total, String unit) {
    this.terminal = console.err();
    String escaped = Escape.text(name);
    this.name =
        escaped.length() <= NAME_WIDTH
            ? escaped
            : "..." + escaped.substring(escaped.length() - NAME_WIDTH + 3);
    this.total = total;
    this.unit = unit;
    this.drawn = start;
    // An interrupt (^C) leaves the line as it is; the shell's prompt goes below it.
    this.newLine = console.isTerminal() ? new ShutdownHook(terminal::println) : null;
  }

  /**
   * Shows how far the work is, though not more often than an eye can follow.
   *
   * @param done how much is done, of the total
   * @param count how many units
   */
  void update(long done, long count) {
    long now = System.nanoTime();
    if (newLine == null || now - drawn < REDRAW_NANOS) {
      return;
    }
    drawn = now;
    double seconds = (now - start) / 1e9;
    StringBuilder line = new StringBuilder("\r").append(name);
    if (total > 0) {
      double part = Math.clamp((double) done / total, 0, 1);
      int filled = (int) (part * WIDTH);
      line.append(" [").repeat('#', filled).repeat('.', WIDTH - filled).append("] ");
      line.append("%3d%%".formatted((int) (part * 100)));
    }
    line.append("  %,d %s, %,d/s\033[K".formatted(count, unit, (long) (count / seconds)));
    terminal.print(line);
    terminal.flush();
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (newLine != null) {
      newLine.close();
      terminal.print("\r\033[K");
      terminal.flush();
    }
  }
}
