package io.holdfast.cli;

import io.holdfast.crash.CrashCase;
import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.examples.ExampleException;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** An exploration, its options and its report. */
abstract class ExploringCommand extends HoldfastCommand {
  private static final int DEFAULT_STATES = 20_000;
  private static final int EXHAUSTIVE_STATES = 1 << 16;

  @Spec private CommandSpec spec;

  @ArgGroup private @Nullable Extent extent;

  @Option(
      names = "--granularity",
      paramLabel = "GRANULARITY",
      description =
          "What the medium takes at once: ${COMPLETION-CANDIDATES}. Default: CACHE_LINE, or that of the line to replay.")
  private @Nullable Granularity granularity;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "What random choices of states are made from. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report to look at to this file; one that is there is replaced.")
  private @Nullable Path html;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the report for programs to this file; one that is there is replaced.")
  private @Nullable Path json;

  /** How many states are tried. */
  private static final class Extent {
    @Option(
        names = "--exhaustive",
        description =
            "Try every state the medium may be left in; a selection only after events that leave more than "
                + EXHAUSTIVE_STATES
                + ".")
    private boolean exhaustive;

    @Option(
        names = "--states",
        paramLabel = "N",
        description = "Try about N states. Default: " + DEFAULT_STATES + ".")
    private @Nullable Long states;

    @Option(
        names = "--replay",
        paramLabel = "LINE",
        description = "Try only the state that a failure's line of this text stands for.")
    private @Nullable String replay;
  }

  /** What is explored. */
  abstract CrashCase crashCase() throws Exception;

  @Override
  final void run(Console console) throws Exception {
    checkOptions();
    CrashCase crashCase = crashCase();
    String line = extent == null ? null : extent.replay;
    CrashExploration exploration = exploration(crashCase, line);
    if (line != null) {
      replay(console, exploration, line);
      return;
    }
    if (extent != null && extent.exhaustive) {
      exploration.exhaustiveUpTo(EXHAUSTIVE_STATES);
    } else {
      exploration.statesAtMost(
          extent == null || extent.states == null ? DEFAULT_STATES : extent.states);
    }
    CrashReport report;
    try {
      report = explore(console, exploration.seed(seed));
    } catch (AssertionError e) {
      CrashText.printLines(console, String.valueOf(e.getMessage()));
      if (e.getCause() != null) {
        CrashText.printTrace(console, e.getCause());
      }
      throw new ExampleException("the program fails without any crash; see above");
    }
    CrashText.print(console, report);
    write(report);
    if (!report.failures().isEmpty()) {
      throw new ExampleException(
          "a crash left what the %s does not accept; see above"
              .formatted(spec.parent().userObject() instanceof CrashCommand ? "example" : "check"));
    }
  }

  private void checkOptions() throws IOException {
    // What stands before an example's name would be taken for an option of another program.
    if (spec.parent().userObject() instanceof CrashCommand) {
      for (OptionSpec before : spec.parent().commandLine().getParseResult().matchedOptions()) {
        if (!before.inherited() && before.scopeType() != picocli.CommandLine.ScopeType.INHERIT) {
          throw wrongArguments(
              "%s stands before the example's name; give it after".formatted(before.longestName()));
        }
      }
    }
    if (extent != null && extent.states != null && extent.states < 1) {
      throw wrongArguments("--states must be at least 1: " + extent.states);
    }
    if (extent != null && extent.replay != null && (html != null || json != null)) {
      throw wrongArguments("--replay tries one state, of which there is no report to write");
    }
    if (html != null
        && json != null
        && html.toAbsolutePath().normalize().equals(json.toAbsolutePath().normalize())) {
      throw wrongArguments("--html and --json name the same file: " + html);
    }
    checkWritable(html);
    checkWritable(json);
  }

  /** Says before a long exploration that its report could not be written. */
  private static void checkWritable(@Nullable Path file) throws IOException {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "Is a directory");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(String.valueOf(folder));
    }
    if (!Files.isWritable(folder) && !(Files.exists(file) && Files.isWritable(file))) {
      throw new AccessDeniedException(file.toString());
    }
  }

  private CrashExploration exploration(CrashCase crashCase, @Nullable String line)
      throws Exception {
    Granularity chosen = granularity;
    if (chosen == null) {
      chosen = line == null ? Granularity.CACHE_LINE : granularityOf(line);
    }
    CrashExploration exploration;
    try {
      exploration = crashCase.exploration(chosen);
    } catch (IllegalArgumentException e) {
      throw wrongArguments(String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Exception | Error e) { // whatever it is, it is the case's
      throw UserCase.failed(crashCase, e);
    }
    if (exploration == null) {
      throw UserCase.failed(crashCase, new NullPointerException("exploration() returned null"));
    }
    return exploration;
  }

  /** The granularity that a line to replay names as one of its parts. */
  private static Granularity granularityOf(String line) {
    List<String> parts = List.of(line.split("/", -1));
    for (Granularity granularity : Granularity.values()) {
      if (parts.contains(granularity.name())) {
        return granularity;
      }
    }
    return Granularity.CACHE_LINE; // the line itself will be found wrong
  }

  private void replay(Console console, CrashExploration exploration, String line)
      throws IOException {
    String outcome;
    try {
      outcome = exploration.replay(line);
    } catch (IllegalArgumentException e) {
      throw wrongArguments("--replay: " + e.getMessage());
    } catch (Exception | AssertionError e) {
      CrashText.printTrace(console, e);
      throw new ExampleException("replayed: the check does not accept the state; see above");
    }
    console.println("replayed: the check accepts the state: " + Escape.text(outcome));
  }

  private void write(CrashReport report) throws IOException {
    if (html != null) {
      written(html, report::writeHtml);
    }
    if (json != null) {
      written(json, report::writeJson);
    }
  }

  private interface Writing {
    void to(Path file) throws IOException;
  }

  /** Writes a file; a full disk's message does not name it. */
  private static void written(Path file, Writing report) throws IOException {
    try {
      report.to(file);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          file + ": " + String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT), e);
    }
  }

  /** Explores, and shows how far that is. */
  static CrashReport explore(Console console, CrashExploration exploration) {
    // How many events there are is known only when the first is told of.
    try (ProgressBar bar = new ProgressBar(console, "crashing", 1000, "states")) {
      return exploration
          .onProgress(at -> bar.update(promille(at.event(), at.events()), at.states()))
          .explore();
    }
  }

  /** An example that is given nothing to do has no events, and is done at once. */
  private static long promille(long event, long events) {
    return events == 0 ? 1000 : event * 1000 / events;
  }
}
