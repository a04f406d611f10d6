package io.holdfast.cli;

import static java.util.Objects.requireNonNullElseGet;

import io.holdfast.crash.CrashCase;
import io.holdfast.examples.CrashCases;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast crash}: crashes an example, or a program of the user's, at every moment. */
@Command(
    name = "crash",
    description = {
      "See what power failures leave of an example, or of a program of yours.",
      "",
      "The program is run once on a simulated medium. Then, for each event of that run (a store, a flush, a fence, a file"
          + " call), the power fails just after it, the medium keeps one of the contents the hardware would allow, the"
          + " program is started again and tells what it finds.",
      "",
      "A program of yours is a public class that implements io.holdfast.crash.CrashCase.",
      "",
      "Exit codes: 0 every crash left what is accepted, 1 one did not, 2 the arguments were wrong.",
      ""
    },
    synopsisHeading = "Usage: holdfast crash [OPTIONS] EXAMPLE [ARGUMENTS]%n   or: ",
    customSynopsis = "holdfast crash [OPTIONS] --class-path PATH CLASS [ARGUMENTS]",
    subcommands = {
      CrashCommand.Basic.class,
      CrashCommand.NumberList.class,
      CrashCommand.Tree.class,
      CrashCommand.Counter.class,
      CrashCommand.WriteAheadLog.class
    })
final class CrashCommand extends ExploringCommand {
  @Option(
      names = {"--class-path", "-cp"},
      paramLabel = "PATH",
      description =
          "Where the class and what it needs are: folders and JAR files, with a colon between them.")
  private @Nullable String classPath;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CLASS",
      description = "The class's whole name.")
  private @Nullable String className;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENTS",
      description = "What its constructor is given.")
  private @Nullable List<String> arguments;

  @Override
  CrashCase crashCase() throws Exception {
    String examples = "basic, list, tree, counter or wal";
    if (className == null) {
      throw wrongArguments("missing example: " + examples);
    }
    if (classPath == null) {
      throw wrongArguments(
          "'%s' is no example (%s); for a class of yours give --class-path"
              .formatted(className, examples));
    }
    try {
      return UserCase.load(classPath, className, requireNonNullElseGet(arguments, List::of));
    } catch (UserCase.NoCaseException e) {
      throw wrongArguments(e.getMessage());
    }
  }

  /** {@code holdfast crash basic}. */
  @Command(name = "basic", description = "Strings in a mapped file: a crash leaves parts of them.")
  static final class Basic extends ExploringCommand {
    @Parameters(paramLabel = "STRINGS", description = "What is stored. Default: three strings.")
    private @Nullable List<String> strings;

    @Override
    CrashCase crashCase() {
      List<String> stored =
          requireNonNullElseGet(
              strings,
              () ->
                  List.of(
                      "short1",
                      "a string that is longer than the 64 bytes of one line of the cache",
                      "short2"));
      return granularity -> CrashCases.basic(granularity, stored);
    }
  }

  /** {@code holdfast crash list}. */
  @Command(
      name = "list",
      description = "Numbers in a persistent list: each is there wholly or not at all.")
  static final class NumberList extends ExploringCommand {
    @Spec
    void acceptNegativeNumbers(CommandSpec spec) {
      spec.parser().unmatchedOptionsArePositionalParams(true);
    }

    @Parameters(paramLabel = "NUMBERS", description = "What is prepended. Default: 1 2 3.")
    private @Nullable List<String> numbers;

    @Override
    CrashCase crashCase() {
      List<Integer> prepended = numbers == null ? List.of(1, 2, 3) : numbers(numbers);
      return granularity -> CrashCases.list(granularity, prepended);
    }
  }

  /** {@code holdfast crash tree}. */
  @Command(
      name = "tree",
      description = "Words in a persistent tree: each is there wholly or not at all.")
  static final class Tree extends ExploringCommand {
    @Parameters(
        paramLabel = "WORDS",
        description = "What is inserted. Default: one two three four.")
    private @Nullable List<String> words;

    @Override
    CrashCase crashCase() {
      List<String> inserted =
          requireNonNullElseGet(words, () -> List.of("one", "two", "three", "four"));
      return granularity -> CrashCases.tree(granularity, inserted);
    }
  }

  /** {@code holdfast crash wal}. */
  @Command(
      name = "wal",
      description = "Records in a write-ahead log: what was appended stays, and nothing is torn.")
  static final class WriteAheadLog extends ExploringCommand {
    @Parameters(paramLabel = "RECORDS", description = "What is appended. Default: one two three.")
    private @Nullable List<String> records;

    @Override
    CrashCase crashCase() {
      List<String> appended = requireNonNullElseGet(records, () -> List.of("one", "two", "three"));
      return granularity -> CrashCases.wal(granularity, appended);
    }
  }

  /** {@code holdfast crash counter}. */
  @Command(
      name = "counter",
      description = "A counter that two processes share: no count is taken back.")
  static final class Counter extends ExploringCommand {
    @Parameters(
        arity = "0..1",
        paramLabel = "N",
        description = "How often it is incremented. Default: ${DEFAULT-VALUE}.")
    private int increments = 4;

    @Override
    CrashCase crashCase() {
      if (increments < 0) {
        throw wrongArguments("N must not be negative: " + increments);
      }
      return granularity -> CrashCases.counter(granularity, increments);
    }
  }
}
