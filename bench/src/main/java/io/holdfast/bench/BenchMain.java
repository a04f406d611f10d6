package io.holdfast.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code holdfast bench} command: a program of its own, started by the launcher. */
@Command(
    name = "holdfast bench",
    description = "Measures Holdfast against its peers, side by side.",
    mixinStandardHelpOptions = true)
final class BenchMain implements Callable<Integer> {
  private BenchMain() {}

  /** Runs the benchmark that {@code args} name, and exits with its code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchMain()).execute(args));
  }

  @Override
  public Integer call() {
    return 0;
  }
}
