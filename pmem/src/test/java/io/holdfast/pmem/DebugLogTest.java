package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the debug levels trace, and where to; each case in a process of its own. */
final class DebugLogTest {
  private static final String ERROR = "<1> ";
  private static final String OPERATION = "<2> ";
  private static final String CALL = "<3> ";
  private static final String DETAIL = "<4> ";

  @TempDir private Path folder;

  /** Maps a file, stores to it, and opens one that does not exist. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      Medium medium = Medium.system();
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile file = medium.createUnnamed(folder)) {
        file.allocate(0, 4096);
        try (PmemMap map = medium.map(PmemSource.of(file), config)) {
          map.putLong(8, 1);
          map.persist(8, 8);
        }
      }
      AddressReservation.of(8192).close();
      try {
        medium.open(folder.resolve("missing"), FileAccess.READ_ONLY);
        throw new AssertionError("opened");
      } catch (SystemCallException expected) {
        System.out.println("done, pid " + ProcessHandle.current().pid());
      }
    }
  }

  private List<String> run(Map<String, String> environment, String... options)
      throws IOException, InterruptedException {
    ChildJvm.Result result = ChildJvm.with(environment, options).run(Program.class, folder);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("done, pid");
    return result.output().lines().toList();
  }

  private static Stream<String> ofLevel(List<String> lines, String level) {
    return lines.stream().filter(line -> line.startsWith("<io.holdfast.pmem>: " + level));
  }

  @Test
  void unset_logsNothing() throws Exception {
    assertThat(run(Map.of())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PMEM_LOG_LEVEL", "PMEM2_LOG_LEVEL"})
  void levels_eachAddsItsOwn(String variable) throws Exception {
    assertThat(run(Map.of(variable, "0"))).hasSize(1);

    List<String> one = run(Map.of(variable, "1"));
    assertThat(ofLevel(one, ERROR)).anyMatch(line -> line.contains("missing: open: ENOENT (2)"));
    assertThat(ofLevel(one, OPERATION)).isEmpty();

    List<String> two = run(Map.of(variable, "2"));
    assertThat(ofLevel(two, ERROR)).isNotEmpty();
    assertThat(ofLevel(two, OPERATION))
        .anyMatch(line -> line.contains("offset 0 + 4096 mapped, granularity"))
        .anyMatch(line -> line.endsWith(": unmapped"))
        .anyMatch(line -> line.contains("address reservation: reserved, addresses 0x"))
        .anyMatch(line -> line.contains("address reservation: closed"));
    assertThat(ofLevel(two, CALL)).isEmpty();

    List<String> three = run(Map.of(variable, "3"));
    assertThat(ofLevel(three, CALL)).anyMatch(line -> line.endsWith(": persist offset 8 + 8"));
    assertThat(ofLevel(three, DETAIL)).isEmpty();

    List<String> four = run(Map.of(variable, "4"));
    assertThat(ofLevel(four, OPERATION)).isNotEmpty();
    assertThat(ofLevel(four, DETAIL)).anyMatch(line -> line.contains("mmap("));
  }

  @Test
  void level_libpmem2sVariableWins() throws Exception {
    assertThat(run(Map.of("PMEM2_LOG_LEVEL", "0", "PMEM_LOG_LEVEL", "4"))).hasSize(1);
  }

  @Test
  void property_winsOverVariable() throws Exception {
    List<String> lines = run(Map.of("PMEM2_LOG_LEVEL", "4"), "-Dio.holdfast.pmem.logLevel=1");
    assertThat(ofLevel(lines, ERROR)).isNotEmpty();
    assertThat(ofLevel(lines, OPERATION)).isEmpty();
  }

  @Test
  void nonsense_isNoLevel() throws Exception {
    assertThat(run(Map.of("PMEM2_LOG_LEVEL", "loud"))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PMEM_LOG_FILE", "PMEM2_LOG_FILE"})
  void file_receivesEverything(String variable) throws Exception {
    Path file = folder.resolve("trace");
    assertThat(run(Map.of("PMEM2_LOG_LEVEL", "2", variable, file.toString()))).hasSize(1);
    List<String> lines = Files.readAllLines(file);
    assertThat(ofLevel(lines, ERROR)).isNotEmpty();
    assertThat(ofLevel(lines, OPERATION)).isNotEmpty();
  }

  @Test
  void fileEndingInDash_isNamedAfterTheProcess() throws Exception {
    List<String> said =
        run(Map.of("PMEM2_LOG_LEVEL", "1", "PMEM2_LOG_FILE", folder.resolve("trace-").toString()));
    String pid = said.getFirst().substring(said.getFirst().lastIndexOf(' ') + 1);
    assertThat(Files.readString(folder.resolve("trace-" + pid))).contains("pid " + pid);
  }

  @Test
  void fileThatCannotBeOpened_isSaidOnceAndStopsNothing() throws Exception {
    String name = folder.resolve("no/such/folder/trace").toString();
    List<String> lines = run(Map.of("PMEM2_LOG_LEVEL", "1", "PMEM2_LOG_FILE", name));
    assertThat(lines)
        .filteredOn(line -> line.contains(name))
        .singleElement()
        .asString()
        .contains("cannot be opened");
    assertThat(ofLevel(lines, ERROR)).anyMatch(line -> line.contains("ENOENT"));
  }

  @Test
  void fileThatIsFull_isSaidOnceAndStopsNothing() throws Exception {
    List<String> lines = run(Map.of("PMEM2_LOG_LEVEL", "4", "PMEM2_LOG_FILE", "/dev/full"));
    assertThat(lines).hasSize(2).anyMatch(line -> line.contains("the log ends here"));
  }

  @Test
  void logger_receivesWhatItsLevelAsksFor() throws Exception {
    Path configuration = folder.resolve("logging.properties");
    Files.writeString(
        configuration,
        """
        handlers=java.util.logging.ConsoleHandler
        java.util.logging.ConsoleHandler.level=ALL
        io.holdfast.pmem.level=FINER
        """);
    List<String> lines = run(Map.of(), "-Djava.util.logging.config.file=" + configuration);
    assertThat(lines)
        .anyMatch(line -> line.startsWith("FINE: ") && line.contains("mapped, granularity"))
        .anyMatch(line -> line.startsWith("FINE: ") && line.contains("ENOENT"))
        .anyMatch(line -> line.startsWith("FINER: ") && line.contains("mmap("));
  }
}
