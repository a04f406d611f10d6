package io.holdfast.cli;

import io.holdfast.pmem.PmemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what went wrong, and which exit code that is. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final int FAILED = 1;
  private static final int WRONG_ARGUMENTS = 2;

  private final Console console;
  private final BooleanSupplier debug;

  /**
   * Reports to a console.
   *
   * @param console the console
   * @param debug whether stack traces are wanted
   */
  Failures(Console console, BooleanSupplier debug) {
    this.console = console;
    this.debug = debug;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    return report(e);
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    StringBuilder message = new StringBuilder(Objects.requireNonNullElse(e.getMessage(), ""));
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append("; did you mean: ").append(String.join(", ", unmatched.getSuggestions()));
    }
    String name = command.getCommandSpec().qualifiedName();
    say(name, "%s; see %s --help".formatted(message, name), e);
    return WRONG_ARGUMENTS;
  }

  /** Reports a failure; {@return the exit code} */
  int report(Throwable failure) {
    boolean wrapped =
        failure instanceof UncheckedIOException || failure instanceof ExecutionException;
    Throwable e = wrapped ? Objects.requireNonNull(failure.getCause()) : failure;
    if (e instanceof Console.OutputException output && output.isClosedPipe()) {
      return CommandLine.ExitCode.OK;
    }
    try {
      console.flush();
    } catch (IOException ignored) {
      // The failure itself is said below; there is nobody to read the rest.
    }
    say("holdfast", describe(e), failure);
    return FAILED;
  }

  private void say(String who, String what, Throwable e) {
    console.err().println(who + ": " + Escape.text(what));
    if (debug.getAsBoolean()) {
      e.printStackTrace(console.err());
    }
  }

  private static String describe(Throwable e) {
    String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return switch (e) {
      case PmemException _, Console.OutputException _, Tour.BrokenPromiseException _ -> message;
      case NoSuchFileException file -> file.getFile() + ": no such file";
      case AccessDeniedException file -> file.getFile() + ": permission denied";
      case FileSystemLoopException file -> file.getFile() + ": too many symbolic links";
      case NotDirectoryException file -> file.getFile() + ": not a directory";
      case FileSystemException file -> file.getFile() + ": " + reason(file);
      case IOException _ -> message;
      case OutOfMemoryError _ ->
          "out of memory: %s; give the JVM more, for example JDK_JAVA_OPTIONS=-Xmx4g"
              .formatted(message);
      default -> "internal error, please report it with what --debug prints: " + e;
    };
  }

  private static String reason(FileSystemException e) {
    String reason = e.getReason();
    return reason == null ? e.getClass().getSimpleName() : reason.toLowerCase(Locale.ROOT);
  }
}
