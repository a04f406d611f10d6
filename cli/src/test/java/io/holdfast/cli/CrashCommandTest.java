package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code holdfast crash} on programs of the user's, compiled for the occasion. */
final class CrashCommandTest {
  @TempDir private static Path classes;
  @TempDir private Path folder;

  private static final String CASE =
      """
      package test;

      import io.holdfast.crash.*;
      import io.holdfast.pmem.*;
      import java.nio.file.Path;

      public class Store implements CrashCase {
        private static final Path FILE = Path.of("/simulated/file");
        private final boolean persisted;

        public Store() {
          persisted = true;
        }

        public Store(String... arguments) {
          if (!arguments[0].equals("forget")) {
            throw new IllegalArgumentException("no such argument: " + arguments[0]);
          }
          persisted = false;
        }

        private static PmemMap map(Medium medium) {
          return medium.map(
              PmemSource.of(FILE), MapConfig.defaults().withRequiredGranularity(Granularity.PAGE));
        }

        @Override
        public CrashExploration exploration(Granularity granularity) {
          return CrashExploration.of(granularity)
              .prepare((medium, log) -> {
                try (PmemFile file = medium.create(FILE)) {
                  file.allocate(0, 4096);
                }
              })
              .run((medium, log) -> {
                PmemMap map = map(medium);
                map.putLong(0, 7);
                if (persisted) {
                  map.persist(0, 8);
                }
                log.acknowledge("stored\\033[31m");
              })
              .check((medium, log) -> {
                try (PmemMap map = map(medium)) {
                  if (!log.acknowledged().isEmpty() && map.getLong(0) != 7) {
                    throw new AssertionError("lost what was stored");
                  }
                  return "" + map.getLong(0);
                }
              });
        }
      }
      """;

  private static final List<String> OTHERS =
      List.of(
          "public class NoCase {}",
          "public abstract class Abstract implements CrashCase {}",
          "class Hidden implements CrashCase {"
              + " public CrashExploration exploration(Granularity g) { return null; } }",
          "public class Private implements CrashCase { private Private() {}"
              + " public CrashExploration exploration(Granularity g) { return null; } }",
          "public class Null implements CrashCase {"
              + " public CrashExploration exploration(Granularity g) { return null; } }",
          "public class Throwing implements CrashCase {"
              + " public CrashExploration exploration(Granularity g) throws Exception {"
              + " throw new IllegalStateException(\"not today\"); } }",
          "public class Checked implements CrashCase {"
              + " public CrashExploration exploration(Granularity g) throws Exception {"
              + " throw new Exception(\"not here\"); } }",
          "public class Endless implements CrashCase {"
              + " public CrashExploration exploration(Granularity g) {"
              + " return CrashExploration.of(g).run((m, l) -> again(1)); }"
              + " static int again(int x) { return again(x + 1) + 1; } }",
          "public class Broken implements CrashCase {"
              + " public Broken() { throw new IllegalStateException(\"not at all\"); }"
              + " public CrashExploration exploration(Granularity g) { return null; } }",
          "public class Failing implements CrashCase {"
              + " public CrashExploration exploration(Granularity g) {"
              + " return CrashExploration.of(g).run((m, l) -> {"
              + " throw new IllegalStateException(\"out\\nof order\"); }); } }");

  @BeforeAll
  static void compile() throws IOException {
    List<String> files = new ArrayList<>(List.of("-d", classes.toString(), "-cp"));
    files.add(System.getProperty("java.class.path"));
    files.add(source("Store", CASE));
    for (String other : OTHERS) {
      String name = other.replaceAll(".*?class (\\w+).*", "$1");
      files.add(
          source(
              name,
              "package test; import io.holdfast.crash.*; import io.holdfast.pmem.*; " + other));
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, files.toArray(String[]::new));
    assertThat(code).as(messages.toString(UTF_8)).isZero();
  }

  private static String source(String name, String text) throws IOException {
    Path file = classes.resolve(name + ".java");
    return Files.writeString(file, text).toString();
  }

  private static Cli crash(Object... more) {
    List<Object> args = new ArrayList<>(List.of("crash", "--class-path", classes));
    args.addAll(List.of(more));
    return holdfast(args.toArray());
  }

  @Test
  void consistentCase_exitsWith0() {
    Cli result = crash("test.Store");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith("CACHE_LINE: 4 events, 4 of 4 states, 0 of 0 of a crashed recovery, seed 1\n")
        .contains(" x 0\n", " x 7\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void inconsistentCase_exitsWith1_andReplays() throws IOException {
    Path html = folder.resolve("report.html");
    Path json = folder.resolve("report.json");
    Files.writeString(html, "an older report");
    Cli result = crash("--html", html, "--json", json, "test.Store", "forget");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("holdfast: a crash left what the check does not accept; see above\n");
    assertThat(result.out())
        .contains("lost what was stored", "to see it again: --replay holdfast-1/")
        .doesNotContain("\033");
    assertThat(html).content().startsWith("<!").contains("lost what was stored");
    assertThat(json).content().startsWith("{").contains("lost what was stored");
    assertThat(filesIn(folder)).containsExactlyInAnyOrder("report.html", "report.json");

    String line =
        result
            .out()
            .lines()
            .flatMap(text -> Stream.of(text.split("[ '\"=]+")))
            .filter(text -> text.startsWith("holdfast-1/"))
            .findFirst()
            .orElseThrow();
    line = result.out().substring(result.out().indexOf(line));
    line = line.substring(0, line.indexOf('\n')).replaceAll("['\"]?\\s*$", "");
    Cli replayed = crash("--replay", line, "test.Store", "forget");
    assertThat(replayed.code()).isEqualTo(1);
    assertThat(replayed.out())
        .startsWith("java.lang.AssertionError: lost what was stored\n")
        .contains("at test.Store.");
    assertThat(replayed.err()).contains("replayed: the check does not accept the state");

    Cli fixed = crash("--replay", line, "test.Store");
    assertThat(fixed.code()).isEqualTo(2);
    assertThat(fixed.err()).contains("the program has changed");
  }

  @Test
  void granularity_isGivenToTheCase() {
    assertThat(crash("--granularity", "byte", "test.Store", "forget").code()).isZero();
    assertThat(crash("--granularity", "page", "test.Store", "forget").code()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "test.Missing | test.Missing: no such class in CLASSES",
        "Store | Store: no such class in CLASSES",
        "test/Store | test/Store: no such class in CLASSES",
        "test.NoCase | test.NoCase: does not implement io.holdfast.crash.CrashCase",
        "test.Abstract | test.Abstract: is abstract",
        "test.Hidden | test.Hidden: is not public",
        "test.Private | test.Private: has no public constructor without parameters",
        "test.Store x | test.Store: no such argument: x",
        "test.Null x | test.Null: takes no arguments, since it has no public constructor for a"
            + " String...",
        "--replay x test.Store | --replay: no line of a failure to replay: it begins with \"x\","
            + " not \"holdfast-1\"",
        "--html x --json ./x test.Store | --html and --json name the same file: x",
        "--replay x --html y test.Store | --replay tries one state, of which there is no report to"
            + " write",
      })
  void whatIsNoCase_isOneLineAndExitCode2(String args, String message) {
    Cli result = crash((Object[]) args.split(" "));
    assertThat(result.err())
        .isEqualTo(
            "holdfast crash: %s; see holdfast crash --help\n"
                .formatted(message.replace("CLASSES", classes.toString())));
    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isEqualTo(2);
  }

  @Test
  void wrongClassPath_isOneLineAndExitCode2() {
    assertThat(holdfast("crash", "--class-path", "/does/not/exist", "test.Store").err())
        .startsWith("holdfast crash: class path: /does/not/exist: no such file or folder; ");
    assertThat(holdfast("crash", "test.Store").err())
        .startsWith("holdfast crash: 'test.Store' is no example (basic, list, ")
        .contains("for a class of yours give --class-path");
    assertThat(holdfast("crash", "--seed", "3", "list", "1"))
        .isEqualTo(
            new Cli(
                2,
                "",
                "holdfast crash list: --seed stands before the example's name; give it after; see"
                    + " holdfast crash list --help\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "test.Null | test.Null: its exploration failed: java.lang.NullPointerException:"
            + " exploration() returned null",
        "test.Throwing | test.Throwing: its exploration failed: java.lang.IllegalStateException:"
            + " not today",
        "test.Checked | test.Checked: its exploration failed: java.lang.Exception: not here",
        "test.Endless | the program fails without any crash; see above",
        "test.Broken | test.Broken: its constructor failed: java.lang.IllegalStateException: not"
            + " at all",
        "test.Failing | the program fails without any crash; see above",
      })
  void caseThatFails_isOneLineAndExitCode1(String name, String message) {
    Cli result = crash(name);
    assertThat(result.err()).isEqualTo("holdfast: " + message + "\n");
    assertThat(result.code()).isEqualTo(1);
  }

  @Test
  void classPath_mayHaveSeveralEntriesAndJars() throws IOException {
    Path jars = Files.createDirectory(folder.resolve("jars"));
    String path = jars + "/*" + File.pathSeparator + classes;
    assertThat(holdfast("crash", "-cp", path, "test.Store").code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"--html", "--json"})
  void reportThatCannotBeWritten_isOneLineAndExitCode1(String option) throws IOException {
    Path missing = folder.resolve("missing/report");
    assertThat(crash(option, missing, "test.Store"))
        .isEqualTo(new Cli(1, "", "holdfast: " + missing.getParent() + ": no such file\n"));
    assertThat(crash(option, folder, "test.Store"))
        .isEqualTo(new Cli(1, "", "holdfast: " + folder + ": is a directory\n"));
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full");
    Cli result = crash(option, full, "test.Store");
    assertThat(result.err()).isEqualTo("holdfast: /dev/full: no space left on device\n");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains(" x 7\n");
  }

  @Test
  void states_areSpreadOverTheRun() {
    Cli result = holdfast("crash", "counter", "2000", "--states", "10");
    assertThat(result.code()).isZero();
    assertThat(result.out().lines().filter(line -> line.matches(" +\\d+ x 1[5-9]\\d\\d")))
        .isNotEmpty();
  }

  @Test
  void terminal_showsHowFarItIs() throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new PrintStream(err, true, UTF_8),
            true);
    assertThat(Main.run(console, "crash", "tree", "--states", "5000")).isZero();
    assertThat(err.toString(UTF_8)).startsWith("\rcrashing [").endsWith("\r\033[K");
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
