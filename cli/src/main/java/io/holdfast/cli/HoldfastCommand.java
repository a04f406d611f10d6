package io.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the subcommands have in common. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class HoldfastCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** Does what the command says; to fail is to throw. */
  abstract void run(Console console) throws Exception;

  @Override
  public final Integer call() throws Exception {
    Console console = ((Main) spec.root().userObject()).console();
    try {
      run(console);
    } catch (Error e) {
      // Picocli hands only exceptions to the one who reports failures.
      throw new ExecutionException(e);
    }
    console.flush();
    return CommandLine.ExitCode.OK;
  }

  /**
   * Reads numbers. Picocli takes the first of several arguments that it cannot convert for one too
   * many, and says so.
   */
  final List<Integer> numbers(List<String> arguments) {
    List<Integer> numbers = new ArrayList<>();
    for (String argument : arguments) {
      try {
        numbers.add(Integer.valueOf(argument));
      } catch (NumberFormatException e) {
        throw wrongArguments("not a number from -2147483648 to 2147483647: '" + argument + "'");
      }
    }
    return numbers;
  }

  /** What to throw if the arguments are wrong. */
  final ParameterException wrongArguments(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
