package io.holdfast.cli;

import static java.util.Objects.requireNonNullElseGet;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.CrashReport.Coverage;
import io.holdfast.crash.OutcomeGroup;
import io.holdfast.examples.CrashCases;
import io.holdfast.examples.ExampleException;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast crash}: crashes an example at every moment. */
@Command(
    name = "crash",
    description = {
      "See what power failures leave of an example.",
      "",
      "The example is run once on a simulated medium. Then, for each event of that run (a store, a flush, a fence, a file"
          + " call), the power fails just after it, the medium keeps one of the contents the hardware would allow, the"
          + " example is started again and tells what it finds.",
      ""
    },
    synopsisSubcommandLabel = "EXAMPLE",
    subcommands = {
      CrashCommand.Basic.class,
      CrashCommand.NumberList.class,
      CrashCommand.Tree.class,
      CrashCommand.Counter.class,
      CrashCommand.WriteAheadLog.class
    })
final class CrashCommand extends HoldfastCommand {
  @Override
  void run(Console console) {
    throw wrongArguments("missing example: basic, list, tree, counter or wal");
  }

  /** {@code holdfast crash basic}. */
  @Command(name = "basic", description = "Strings in a mapped file: a crash leaves parts of them.")
  static final class Basic extends Exploring {
    @Parameters(paramLabel = "STRINGS", description = "What is stored. Default: three strings.")
    private @Nullable List<String> strings;

    @Override
    CrashExploration exploration(Granularity granularity) {
      return CrashCases.basic(
          granularity,
          requireNonNullElseGet(
              strings,
              () ->
                  List.of(
                      "short1",
                      "a string that is longer than the 64 bytes of one line of the cache",
                      "short2")));
    }
  }

  /** {@code holdfast crash list}. */
  @Command(
      name = "list",
      description = "Numbers in a persistent list: each is there wholly or not at all.")
  static final class NumberList extends Exploring {
    @Spec
    void acceptNegativeNumbers(CommandSpec spec) {
      spec.parser().unmatchedOptionsArePositionalParams(true);
    }

    @Parameters(paramLabel = "NUMBERS", description = "What is prepended. Default: 1 2 3.")
    private @Nullable List<String> numbers;

    @Override
    CrashExploration exploration(Granularity granularity) {
      return CrashCases.list(granularity, numbers == null ? List.of(1, 2, 3) : numbers(numbers));
    }
  }

  /** {@code holdfast crash tree}. */
  @Command(
      name = "tree",
      description = "Words in a persistent tree: each is there wholly or not at all.")
  static final class Tree extends Exploring {
    @Parameters(
        paramLabel = "WORDS",
        description = "What is inserted. Default: one two three four.")
    private @Nullable List<String> words;

    @Override
    CrashExploration exploration(Granularity granularity) {
      return CrashCases.tree(
          granularity, requireNonNullElseGet(words, () -> List.of("one", "two", "three", "four")));
    }
  }

  /** {@code holdfast crash wal}. */
  @Command(
      name = "wal",
      description = "Records in a write-ahead log: what was appended stays, and nothing is torn.")
  static final class WriteAheadLog extends Exploring {
    @Parameters(paramLabel = "RECORDS", description = "What is appended. Default: one two three.")
    private @Nullable List<String> records;

    @Override
    CrashExploration exploration(Granularity granularity) {
      return CrashCases.wal(
          granularity, requireNonNullElseGet(records, () -> List.of("one", "two", "three")));
    }
  }

  /** {@code holdfast crash counter}. */
  @Command(
      name = "counter",
      description = "A counter that two processes share: no count is taken back.")
  static final class Counter extends Exploring {
    @Parameters(
        arity = "0..1",
        paramLabel = "N",
        description = "How often it is incremented. Default: ${DEFAULT-VALUE}.")
    private int increments = 4;

    @Override
    CrashExploration exploration(Granularity granularity) {
      if (increments < 0) {
        throw wrongArguments("N must not be negative: " + increments);
      }
      return CrashCases.counter(granularity, increments);
    }
  }

  /** An exploration, its options and its report. */
  abstract static class Exploring extends HoldfastCommand {
    private static final int OUTCOMES_SHOWN = 12;
    private static final int DEFAULT_STATES = 20_000;
    private static final int EXHAUSTIVE_STATES = 1 << 16;

    @ArgGroup private @Nullable Extent extent;

    @Option(
        names = "--granularity",
        paramLabel = "GRANULARITY",
        description =
            "What the medium takes at once: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Granularity granularity = Granularity.CACHE_LINE;

    @Option(
        names = "--seed",
        paramLabel = "SEED",
        description = "What random choices of states are made from. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

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
    }

    abstract CrashExploration exploration(Granularity granularity);

    @Override
    final void run(Console console) throws IOException {
      long states = DEFAULT_STATES;
      CrashExploration exploration = exploration(granularity).seed(seed);
      if (extent != null && extent.states != null) {
        states = extent.states;
        if (states < 1) {
          throw wrongArguments("--states must be at least 1: " + states);
        }
      }
      if (extent != null && extent.exhaustive) {
        exploration.exhaustiveUpTo(EXHAUSTIVE_STATES);
      } else {
        exploration.statesAtMost(states);
      }
      CrashReport report = explore(console, exploration);
      print(console, report);
      if (!report.failures().isEmpty()) {
        throw new ExampleException("a crash left what the example does not accept; see above");
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

    private static void print(Console console, CrashReport report) throws IOException {
      console.println(
          "%s: %,d events, %,d states%s and %,d of a crashed recovery"
              .formatted(
                  report.granularity(),
                  report.events(),
                  report.states(),
                  report.coverage() == Coverage.EXHAUSTIVE ? " (all there are)" : " (a selection)",
                  report.recoveryStates()));
      for (OutcomeGroup group : report.outcomes()) {
        console.println(
            group.firstEvent() == group.lastEvent()
                ? "after event %d:".formatted(group.firstEvent())
                : "after events %d-%d:".formatted(group.firstEvent(), group.lastEvent()));
        int shown = 0;
        for (Map.Entry<String, Long> outcome : group.states().entrySet()) {
          if (shown++ == OUTCOMES_SHOWN) {
            console.println(
                "  and %,d other outcomes".formatted(group.states().size() - OUTCOMES_SHOWN));
            break;
          }
          console.println(
              "  %,8d x %s".formatted(outcome.getValue(), Escape.text(outcome.getKey())));
        }
      }
      for (CrashFailure failure : report.failures()) {
        console.println(failure.toString());
      }
    }
  }
}
