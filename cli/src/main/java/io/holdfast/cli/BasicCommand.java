package io.holdfast.cli;

import io.holdfast.examples.Basic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast example basic}. */
@Command(
    name = "basic",
    description = {
      "Store strings in a mapped file, each durable before the next, or print those found there.",
      "",
      "A crash can leave a part of a string: holdfast crash basic shows it.",
      ""
    })
final class BasicCommand extends HoldfastCommand {
  @ArgGroup private @Nullable ModeOption mode;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The file; created with 8192 bytes if it does not exist.")
  private Path file;

  @Parameters(
      index = "1..*",
      paramLabel = "STRINGS",
      description = "What to store from the file's beginning. None: print what is there.")
  private @Nullable List<String> strings;

  /** How strings are made durable. */
  private static final class ModeOption {
    @Option(
        names = "-F",
        description =
            "Fault injection: stores stay private, and only the cache lines a program makes durable are copied to the"
                + " file.")
    private boolean faultInjection;

    @Option(names = "-M", description = "Make strings durable by msync, whatever the medium.")
    private boolean msync;
  }

  @Override
  void run(Console console) throws IOException {
    try (Basic basic = Basic.open(file, mode())) {
      if (strings == null) {
        for (String string : basic.strings()) {
          console.println(string);
        }
      } else {
        basic.store(strings);
      }
    }
  }

  private Basic.Mode mode() {
    if (mode != null && mode.faultInjection) {
      return Basic.Mode.FAULT_INJECTION;
    }
    return mode != null && mode.msync ? Basic.Mode.MSYNC : Basic.Mode.PERSIST;
  }
}
