package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchMainTest {
  private static final Path POOLS = Path.of("/dev/shm");
  private static final Effort SMALLEST = new Effort(1, Duration.ofNanos(1), Duration.ZERO);

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void help_isPrinted() {
    assertThat(bench(System.getenv("PATH"), "--help")).isZero();
    assertThat(out.toString())
        .contains(
            "Usage: holdfast bench", "--quick", "--json=FILE", "[pmem|heap|crash]", "Exit codes:");
  }

  @Test
  void unknownGroup_isWrongArguments() {
    assertThat(bench(System.getenv("PATH"), "disk")).isEqualTo(2);
    assertThat(err.toString()).contains("none of pmem, heap and crash: disk").hasLineCount(1);
  }

  @Test
  void unknownOption_isWrongArguments() {
    assertThat(bench(System.getenv("PATH"), "--fast")).isEqualTo(2);
    assertThat(err.toString()).contains("'--fast'").hasLineCount(1);
  }

  @Test
  void twoGroups_isWrongArguments() {
    assertThat(bench(System.getenv("PATH"), "pmem", "heap")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--svg"})
  void fileCannotBeWritten_failsBeforeItMeasures(String option) {
    for (Path file : List.of(folder, folder.resolve("absent/out"), Path.of("/"))) {
      assertThat(bench("", "--quick", option, file.toString())).isEqualTo(1);
      assertThat(err.toString()).endsWith("holdfast bench: " + file + ": cannot be written\n");
    }
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"PMEM", "HEAP"})
  void noCompiler_namesItAndMeasuresOurSideAlone(Group group) throws IOException {
    Path json = folder.resolve("out.json");
    assertThat(bench("", group.toString(), "--quick", "--json", json.toString())).isZero();
    assertThat(out.toString())
        .contains("Without a C compiler (cc)", "apt install gcc libc6-dev", "(missing)");
    assertThat(Files.readAllLines(json))
        .filteredOn(
            line -> group.peers().stream().anyMatch(peer -> line.contains("\"" + peer + "\"")))
        .isNotEmpty()
        .allMatch(line -> line.matches(row("\\d+\\.\\d\\d", "null", "null")));
    assertThat(err.toString()).isEmpty();
    assertNothingLeft(ProcessHandle.current().pid());
  }

  @ParameterizedTest
  @EnumSource(names = {"PMEM", "HEAP"})
  void bothSides_areMeasuredAndWritten(Group group) throws IOException {
    Path json = folder.resolve("out.json");
    Path svg = folder.resolve("out.svg");
    String[] arguments = {
      group.toString(), "--quick", "--json", json.toString(), "--svg", svg.toString()
    };
    assertThat(bench(System.getenv("PATH"), arguments)).isZero();
    assumeTrue(!out.toString().contains("Without "), () -> "skipped: " + out);
    List<String> lines = Files.readAllLines(json);
    assertThat(lines.getFirst()).isEqualTo("[");
    assertThat(lines.getLast()).isEqualTo("]");
    assertThat(lines.subList(1, lines.size() - 1))
        .hasSizeGreaterThanOrEqualTo(5)
        .allMatch(line -> line.matches(row("\\d+\\.\\d\\d", "\\d+\\.\\d\\d", "\\d+\\.\\d{4}")));
    assertThat(svg).content().startsWith("<svg ").endsWith("</svg>\n");
    assertNothingLeft(ProcessHandle.current().pid());
  }

  @Test
  void crash_isMeasuredAlone() throws IOException {
    Path json = folder.resolve("out.json");
    assertThat(bench("", "crash", "--quick", "--json", json.toString())).isZero();
    assertThat(out.toString())
        .contains("state.mapped.1MiB.16-in-doubt", "state.file.16MiB.16-in-doubt")
        .doesNotContain("missing", "Without", "both sides");
    assertThat(Files.readAllLines(json))
        .filteredOn(line -> line.contains("scenario"))
        .hasSize(12)
        .allMatch(line -> line.matches(row("\\d+\\.\\d\\d", "null", "null")));
  }

  @Test
  void signal_inTheMiddle_leavesNothing() throws Exception {
    try (WatchService watch = POOLS.getFileSystem().newWatchService()) {
      POOLS.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  BenchMain.class.getName(),
                  "pmem")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output").toFile())
              .start();
      String ours = Workspace.prefix(child.pid());
      boolean created = false;
      while (!created) {
        WatchKey key = watch.poll(60, TimeUnit.SECONDS);
        assertThat(key).as("folder of " + child).isNotNull();
        created = key.pollEvents().stream().anyMatch(e -> e.context().toString().startsWith(ours));
        key.reset();
      }
      child.destroy();
      assertThat(child.waitFor()).isNotZero();
      assertThat(folder.resolve("output")).content().doesNotContain("Exception");
      assertNothingLeft(child.pid());
    }
  }

  private static String row(String ours, String peer, String ratio) {
    return " {2}\\{\"scenario\": \"[^\"]+\", \"ours_ns\": "
        + ours
        + ", \"peer\": \"[^\"]+\", \"peer_ns\": "
        + peer
        + ", \"ratio\": "
        + ratio
        + "},?";
  }

  private static void assertNothingLeft(long pid) throws IOException {
    for (Path parent : List.of(POOLS, Path.of(System.getProperty("java.io.tmpdir")))) {
      try (Stream<Path> files = Files.list(parent)) {
        assertThat(files)
            .noneMatch(f -> f.getFileName().toString().startsWith(Workspace.prefix(pid)));
      }
    }
  }

  private int bench(String searchPath, String... arguments) {
    CommandLine command = BenchMain.commandLine(new PeerCompiler(searchPath), SMALLEST);
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }
}
