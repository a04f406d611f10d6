package io.holdfast.cli;

import io.holdfast.examples.SharedCounter;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast example counter}. */
@Command(
    name = "counter",
    description = {
      "Increment a counter in a file that processes share, without a lock, and print it.",
      "",
      "Run it several times at once: no increment is lost. Each is durable before the next.",
      ""
    })
final class CounterCommand extends HoldfastCommand {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The file; created with 4096 bytes if it does not exist.")
  private Path file;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "N",
      description = "How often to increment it. Default: 0, which only prints it.")
  private long increments;

  @Override
  void run(Console console) throws IOException {
    if (increments < 0) {
      throw wrongArguments("N must not be negative: " + increments);
    }
    try (SharedCounter counter = SharedCounter.open(file)) {
      for (long i = 0; i < increments; i++) {
        counter.increment();
      }
      console.println(String.valueOf(counter.get()));
    }
  }
}
