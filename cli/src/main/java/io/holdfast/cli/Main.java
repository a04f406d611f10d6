package io.holdfast.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code holdfast} command.
 *
 * <p>Exit codes: 0 done, 1 it could not be done, 2 the arguments were wrong. What went wrong is one
 * line on standard error.
 */
@Command(
    name = "holdfast",
    description = "A persistent-memory development kit for Java.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TourCommand.class,
      ExampleCommand.class,
      WordsCommand.class,
      CrashCommand.class,
      BadBlocksCommand.class,
      DaxioCommand.class,
    },
    footer = {"", "Measurements against the C libraries: holdfast bench --help"})
final class Main implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print stack traces of failures.")
  private boolean debug;

  private Main(Console console) {
    this.console = console;
  }

  /** Runs the command that {@code args} name, and exits with its code. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // The messages are English whatever the user's language is.
    System.exit(run(Console.system(), args));
  }

  /** Runs the command that {@code args} name on a console; {@return its exit code} */
  static int run(Console console, String... args) {
    return commandLine(console).execute(args);
  }

  /** The commands, ready to run on a console. */
  static CommandLine commandLine(Console console) {
    Main main = new Main(console);
    Failures failures = new Failures(console, () -> main.debug);
    return new CommandLine(main)
        .setOut(console.writer())
        .registerConverter(Path.class, Main::path)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
  }

  /** The path that an argument names: an empty one would name the current folder. */
  private static Path path(String argument) {
    if (argument.isEmpty()) {
      throw new CommandLine.TypeConversionException("the name is empty");
    }
    return Path.of(argument);
  }

  /** The console of the running command. */
  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(spec.commandLine(), "missing command");
  }
}
