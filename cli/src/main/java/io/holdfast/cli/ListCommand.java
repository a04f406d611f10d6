package io.holdfast.cli;

import io.holdfast.examples.ExampleException;
import io.holdfast.examples.NumberList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast example list}. */
@Command(name = "list", description = "Prepend numbers to a persistent list, or print it.")
final class ListCommand extends HoldfastCommand {
  @Spec
  void acceptNegativeNumbers(CommandSpec spec) {
    spec.parser().unmatchedOptionsArePositionalParams(true);
  }

  @Option(names = "-f", description = "Free the first number of the list.")
  private boolean free;

  @Parameters(
      index = "0",
      paramLabel = "POOL",
      description = "The pool; created if there are NUMBERS to prepend.")
  private Path pool;

  @Parameters(
      index = "1..*",
      paramLabel = "NUMBERS",
      description = "What to prepend, one after the other. None: print the list.")
  private @Nullable List<String> numbers;

  @Override
  void run(Console console) throws IOException {
    if (free && numbers != null) {
      throw wrongArguments("-f frees a number and takes none: " + numbers);
    }
    List<Integer> prepended = numbers == null ? List.of() : numbers(numbers);
    try (NumberList list =
        numbers == null ? NumberList.openExisting(pool) : NumberList.open(pool)) {
      if (numbers != null) {
        prepended.forEach(list::prepend);
      } else if (!free) {
        console.println(
            list.numbers().stream().map(String::valueOf).collect(Collectors.joining(" ")));
      } else if (list.removeFirst().isEmpty()) {
        throw new ExampleException(pool + ": the list is empty");
      }
    }
  }
}
