package io.holdfast.cli;

import io.holdfast.examples.Trivial;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast example trivial}. */
@Command(name = "trivial", description = "Map a file, store a greeting, make it durable.")
final class TrivialCommand extends HoldfastCommand {
  @Parameters(paramLabel = "FILE", description = "An existing file of at least 4096 bytes.")
  private Path file;

  @Override
  void run(Console console) throws IOException {
    Trivial.run(file);
    console.println("Done.");
  }
}
