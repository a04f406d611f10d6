package io.holdfast.bench;

import io.holdfast.pmem.PmemException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code holdfast bench} command: a program of its own, started by the launcher. */
@Command(
    name = "holdfast bench",
    description = {
      "Measures Holdfast against its peers in C, side by side and in turns. The table has the medians"
          + " of all rounds in nanoseconds per operation, and the median and the middle half of the"
          + " rounds' ratios, the peer's time over ours: above 1 Holdfast is faster.",
      "A peer whose compiler or library is not installed is named, and our side measured alone."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:measured", "1:could not be measured", "2:wrong arguments"})
final class BenchMain implements Callable<Integer> {
  /** Where pools are created: memory that both sides are told to take for persistent memory. */
  private static final Path POOLS = Path.of("/dev/shm");

  private static final String GRANULARITY_PROPERTY = "io.holdfast.pmem.forceGranularity";

  /**
   * Unless {@link #TRUST_VARIABLE} is set, which both sides heed, ours takes stores past the caches
   * for durable after a fence on any processor, as the C libraries do: both then promise the same.
   */
  private static final String TRUST_PROPERTY = "io.holdfast.pmem.noMovnt";

  private static final String TRUST_VARIABLE = "PMEM_NO_MOVNT";

  private final PeerCompiler compiler;
  private final Effort quickEffort;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this text.")
  @SuppressWarnings("UnusedVariable") // picocli prints the help when it has set it
  private boolean help;

  @Parameters(
      arity = "0..1",
      paramLabel = "pmem|heap|crash",
      converter = GroupConverter.class,
      description =
          "What is measured: stores and copies, transactions, or states of the crash explorer. By default the"
              + " first two, which have peers.")
  private @Nullable Group group;

  @Option(names = "--quick", description = "Takes half a minute instead of minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Also writes the results to FILE.")
  private @Nullable Path json;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Also draws the ratios as a bar chart.")
  private @Nullable Path svg;

  private BenchMain(PeerCompiler compiler, Effort quickEffort) {
    this.compiler = compiler;
    this.quickEffort = quickEffort;
  }

  /** Runs the benchmark that {@code args} name, and exits with its code. */
  public static void main(String[] args) {
    String searchPath = System.getenv().getOrDefault("PATH", "");
    System.exit(commandLine(new PeerCompiler(searchPath), Effort.QUICK).execute(args));
  }

  /** {@return the command, with the compiler and the effort of {@code --quick} it is to use} */
  static CommandLine commandLine(PeerCompiler compiler, Effort quickEffort) {
    return new CommandLine(new BenchMain(compiler, quickEffort))
        .setExecutionExceptionHandler(BenchMain::report)
        .setParameterExceptionHandler(BenchMain::refuse);
  }

  private static int refuse(CommandLine.ParameterException e, String[] arguments) {
    e.getCommandLine()
        .getErr()
        .println("holdfast bench: %s; see holdfast bench --help".formatted(e.getMessage()));
    return CommandLine.ExitCode.USAGE;
  }

  private static int report(Exception e, CommandLine command, CommandLine.ParseResult arguments)
      throws Exception {
    if (!(e instanceof IOException || e instanceof PmemException)) {
      throw e;
    }
    command.getErr().println("holdfast bench: " + e.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  @Override
  public Integer call() throws IOException {
    System.setProperty(GRANULARITY_PROPERTY, "CACHE_LINE");
    String trust = System.getenv(TRUST_VARIABLE);
    if (trust == null) {
      System.setProperty(TRUST_PROPERTY, "0");
    }
    checkWritable(json);
    checkWritable(svg);
    PrintWriter out = spec.commandLine().getOut();
    List<Group> groups = group == null ? Group.COMPARED : List.of(group);
    if (groups.stream().anyMatch(each -> !each.peers().isEmpty())) {
      out.println(conditions(trust));
    }
    List<Result> results = new ArrayList<>();
    for (Group each : groups) {
      results.addAll(measure(each));
    }
    out.println();
    out.print(Report.table(results));
    String summary = Summary.of(results);
    if (!summary.isEmpty()) {
      out.println();
      out.print(summary);
    }
    out.flush();
    if (json != null) {
      Files.writeString(json, Report.json(results));
    }
    if (svg != null) {
      Files.writeString(svg, Chart.svg(results));
    }
    return CommandLine.ExitCode.OK;
  }

  /** {@return on what both sides run, and what both take for durable} */
  private static String conditions(@Nullable String trust) {
    return """
        Pools on %s, cache-line granularity forced on both sides, one thread unless it says otherwise.
        %s\
        """
        .formatted(
            POOLS,
            trust == null
                ? "Both sides trust stores past the caches (PMEM_NO_MOVNT=0), which Holdfast otherwise does"
                    + " on Intel's processors only."
                : "Both sides heed PMEM_NO_MOVNT=" + trust + ".");
  }

  /** Refuses before the measurement what would fail after it. */
  private static void checkWritable(@Nullable Path file) throws IOException {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    boolean writable =
        Files.exists(file)
            ? Files.isWritable(file) && !Files.isDirectory(file)
            : folder != null && Files.isWritable(folder);
    if (!writable) {
      throw new IOException(file + ": cannot be written");
    }
  }

  private List<Result> measure(Group group) throws IOException {
    long room = Files.getFileStore(POOLS).getUsableSpace();
    if (room < group.poolBytes()) {
      throw new IOException(
          "%s: %d MiB are needed, %d are free"
              .formatted(POOLS, group.poolBytes() >> 20, room >> 20));
    }
    Map<String, PeerProgram> programs = new LinkedHashMap<>();
    try (Workspace pools = Workspace.in(POOLS);
        Workspace executables = Workspace.in(Path.of(System.getProperty("java.io.tmpdir")))) {
      for (String peer : group.peers()) {
        switch (compiler.compile(peer, executables.folder())) {
          case PeerCompiler.Missing missing ->
              spec.commandLine()
                  .getOut()
                  .println(
                      "Without %s there is no %s to compare %s with; to have it: %s"
                          .formatted(missing.what(), peer, group, missing.remedy()));
          case PeerCompiler.Compiled compiled ->
              programs.put(peer, PeerProgram.start(peer, compiled.executable(), pools.folder()));
        }
      }
      return measure(group, pools, new Peers(programs));
    } finally {
      programs.values().forEach(PeerProgram::close);
    }
  }

  private List<Result> measure(Group group, Workspace pools, Peers peers) throws IOException {
    Effort effort = quick ? group.quickEffort(quickEffort) : group.fullEffort();
    try (Bench bench = group.open(pools.folder())) {
      List<Scenario> scenarios = bench.scenarios(peers, quick ? Extent.QUICK : Extent.FULL);
      spec.commandLine()
          .getOut()
          .println(
              "%s: medians of %d rounds of %d scenarios"
                  .formatted(group, effort.rounds(), scenarios.size()));
      try (Progress progress =
          Progress.onTerminal(group.toString(), Comparison.steps(scenarios.size(), effort))) {
        return new Comparison(effort, progress).run(scenarios);
      }
    }
  }

  private static final class GroupConverter implements CommandLine.ITypeConverter<Group> {
    @Override
    public Group convert(String name) {
      return Arrays.stream(Group.values())
          .filter(group -> group.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new CommandLine.TypeConversionException("none of pmem, heap and crash: " + name));
    }
  }
}
