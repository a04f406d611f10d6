package io.holdfast.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script, in a checkout of its own with a Java and a Maven that only note how they
 * were called. Their paths contain a space. {@code PATH} names nothing but the tools the script may
 * use.
 */
@Timeout(60)
final class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "sh",
          "cat",
          "chmod",
          "cksum",
          "find",
          "flock",
          "ln",
          "mkdir",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "touch");

  /** Prints how it was called; leaves a start-up cache where it is asked for one. */
  private static final String JAVA =
      """
      #!/bin/sh
      for argument in "$@"; do
        case $argument in
          -XX:AOTCacheOutput=*) : >"${argument#*=}" ;;
        esac
      done
      echo "$0 pid $$ cwd $PWD"
      printf '%s\\n' "$@"
      """;

  /**
   * Notes that it was called, waits while there is a file named hold, and builds, or fails as told
   * by a file.
   */
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "JAVA_HOME=$JAVA_HOME $*" >>"@BOX@/maven.log"
      if [ -p "@BOX@/hold" ]; then
        read -r go <"@BOX@/hold"
      fi
      for argument in "$@"; do
        case $argument in
          -Dholdfast.runtime=*) runtime=${argument#*=} ;;
        esac
      done
      mkdir -p "$runtime/lib" "$runtime/work"
      if [ -e "@BOX@/broken" ]; then
        echo "compilation error in Words.java"
        exit 1
      fi
      """;

  private record Outcome(int exitCode, String out, List<String> errors) {}

  @TempDir private Path temp;
  private Path box;
  private Path root;
  private Path bin;
  private Path jdk25;
  private final Map<String, String> environment = new HashMap<>();
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void setUp() throws IOException {
    box = Files.createDirectory(temp.resolve("a box"));
    root = Files.createDirectory(box.resolve("checkout"));
    write(root.resolve("pom.xml"), "");
    write(root.resolve("cli/pom.xml"), "");
    write(root.resolve("cli/src/main/java/Main.java"), "class Main {}");
    String script = Files.readString(Path.of(System.getProperty("holdfast.root"), "holdfast"));
    assertThat(script).contains("/usr/lib/jvm/* /opt/*jdk*");
    executable(
        root.resolve("holdfast"),
        script.replace("/usr/lib/jvm/* /opt/*jdk*", "\"" + box + "\"/usual/*"));

    bin = Files.createDirectory(box.resolve("bin"));
    for (String tool : TOOLS) {
      executable(bin.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(find(tool)));
    }
    executable(bin.resolve("mvn"), MAVEN.replace("@BOX@", box.toString()));
    jdk25 = jdk("jdk 25", "25.0.3");
    environment.put("PATH", bin.toString());
    environment.put("HOME", box.toString());
    environment.put("HOLDFAST_JAVA_HOME", jdk25.toString());
  }

  @AfterEach
  void tearDown() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void firstUse_buildsOnceAndSaysSoInOneLine() throws Exception {
    Outcome first = run("words", "a b", "");
    assertThat(first.errors()).containsExactly("holdfast: building (first use) ...");
    assertThat(first.exitCode()).isZero();
    assertThat(first.out())
        .contains("-m\nio.holdfast.cli/io.holdfast.cli.Main\nwords\na b\n\n")
        .contains("--enable-native-access=io.holdfast.pmem\n");

    Outcome second = run("words");
    assertThat(second.errors()).isEmpty();
    assertThat(builds()).singleElement().asString().contains("JAVA_HOME=" + jdk25, "-Plauncher");
  }

  @Test
  void sources_changed_buildsAgain() throws Exception {
    run();
    Files.writeString(root.resolve("cli/src/main/java/Main.java"), " ", APPEND);
    assertThat(run().errors()).containsExactly("holdfast: building (sources changed) ...");
    Files.delete(root.resolve("cli/src/main/java/Main.java"));
    assertThat(run().errors()).hasSize(1);
    write(root.resolve("cli/pom.xml"), "<project/>");
    assertThat(run().errors()).hasSize(1);
    assertThat(run().errors()).isEmpty();
    assertThat(builds()).hasSize(4);
  }

  @Test
  void build_fails_showsItsOutputAndLeavesNothing() throws Exception {
    write(box.resolve("broken"), "");
    Outcome broken = run();
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.out()).isEmpty();
    assertThat(broken.errors())
        .containsExactly(
            "holdfast: building (first use) ...",
            "compilation error in Words.java",
            "holdfast: the build failed");
    assertThat(runtimes()).isEmpty();

    Files.delete(box.resolve("broken"));
    assertThat(run().exitCode()).isZero();
  }

  @Test
  void twoAtOnce_buildOnce() throws Exception {
    Path hold = hold();
    Process first = start(List.of("--version"), root);
    awaitLine(box.resolve("maven.log"));
    Process second = start(List.of("--version"), root);
    awaitLine(errorsOf(second));
    Files.writeString(hold, "go\n");

    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(Files.readAllLines(errorsOf(second)))
        .containsExactly("holdfast: waiting for the build that another holdfast has begun");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void build_killed_isBegunAfresh() throws Exception {
    Path hold = hold();
    Process killed = start(List.of("--version"), root);
    awaitLine(box.resolve("maven.log"));
    killed.descendants().forEach(ProcessHandle::destroyForcibly);
    killed.destroyForcibly().waitFor();
    assertThat(runtimes()).hasSize(1);
    Files.delete(hold);

    Outcome next = run();
    assertThat(next.exitCode()).isZero();
    assertThat(next.errors()).containsExactly("holdfast: building (first use) ...");
    assertThat(runtimes()).hasSize(1);
    assertThat(builds()).hasSize(2);
  }

  @Test
  void process_becomesTheJvm() throws Exception {
    run();
    Process process = start(List.of("--version"), root);
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(outOf(process)))
        .startsWith(jdk25.resolve("bin/java") + " pid " + process.pid() + " ");
  }

  @Test
  void symbolicLink_fromAnotherFolder_findsItsCheckout() throws Exception {
    run();
    Path folder = Files.createDirectory(box.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("one"), Path.of("../checkout/holdfast"));
    Files.createSymbolicLink(folder.resolve("two"), Path.of("one"));
    for (String name : List.of("./two", "../checkout/holdfast", folder.resolve("one").toString())) {
      Outcome outcome = finish(start(name, List.of(), folder));
      assertThat(outcome.errors()).as(name).isEmpty();
      assertThat(outcome.out()).contains("cwd " + folder, "-Dholdfast.root=" + root + "\n");
    }
  }

  @Test
  void standardStreams_closed_areNotLeftToTheFilesOfTheJvm() throws Exception {
    run();
    Path streams = box.resolve("streams");
    executable(
        jdk25.resolve("bin/java"),
        """
        #!/bin/sh
        for stream in 0 1 2; do
          if [ /proc/$$/fd/$stream -ef /dev/null ]; then
            echo $stream >>"%s"
          fi
        done
        """
            .formatted(streams));
    write(streams, "");
    assertThat(run().exitCode()).isZero();
    assertThat(streams).isEmptyFile();
    String closing = "exec '" + root.resolve("holdfast") + "' 0<&- 1>&- 2>&-";
    assertThat(finish(start("sh", List.of("-c", closing), root)).exitCode()).isZero();
    assertThat(Files.readAllLines(streams)).containsExactly("0", "1", "2");
  }

  @Test
  void bench_startsItsOwnProgram() throws Exception {
    assertThat(run("bench", "--quick").out())
        .contains("-m\nio.holdfast.bench/io.holdfast.bench.BenchMain\n--quick\n")
        .doesNotContain("AOTCache");
  }

  @Test
  void startUpCache_servesOnlyTheJdkThatWroteIt() throws Exception {
    assertThat(run().out()).containsPattern("-XX:AOTCache=.*/runtime\\.\\w+/cache\\.aot\n");
    environment.put("HOLDFAST_JAVA_HOME", jdk("other", "25.0.3").toString());
    assertThat(run().out()).contains("--enable-native-access").doesNotContain("AOTCache");
  }

  @Test
  void jdk_isSoughtInTheDocumentedOrder() throws Exception {
    Path usual = jdk("usual/jdk-26", "26-ea");
    jdk("usual/jdk-17", "17.0.9");
    Path onPath = jdk("on path", "25");
    Files.createSymbolicLink(bin.resolve("java"), onPath.resolve("bin/java"));
    Path home = jdk("home", "25.0.1");
    environment.put("JAVA_HOME", home.toString());
    Path sdkman = jdk(".sdkman/candidates/java/25-tem", "25.0.2");

    assertThat(run().out()).startsWith(jdk25.resolve("bin/java").toString());
    environment.remove("HOLDFAST_JAVA_HOME");
    assertThat(run().out()).startsWith(home.resolve("bin/java").toString());
    environment.put("JAVA_HOME", box.resolve("usual/jdk-17").toString());
    assertThat(run().out()).startsWith(onPath.resolve("bin/java").toString());
    Files.delete(bin.resolve("java"));
    assertThat(run().out()).startsWith(usual.resolve("bin/java").toString());
    Files.delete(usual.resolve("release"));
    assertThat(run().out()).startsWith(sdkman.resolve("bin/java").toString());
  }

  @Test
  void jdk_absent_saysWhereItLooked() throws Exception {
    environment.remove("HOLDFAST_JAVA_HOME");
    environment.put("JAVA_HOME", jdk("old", "17.0.9").toString());
    Outcome outcome = run();
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.errors())
        .singleElement()
        .asString()
        .startsWith("holdfast: found no JDK 25 or newer in HOLDFAST_JAVA_HOME, JAVA_HOME, PATH, ")
        .endsWith("install one, or set HOLDFAST_JAVA_HOME to its folder");
    assertThat(root.resolve(".build")).doesNotExist();
  }

  @Test
  void jdk_namedButTooOld_isRefused() throws Exception {
    Path old = jdk("old", "24.0.2");
    environment.put("HOLDFAST_JAVA_HOME", old.toString());
    Outcome outcome = run();
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors())
        .containsExactly("holdfast: HOLDFAST_JAVA_HOME is no JDK 25 or newer: " + old);
  }

  @Test
  void maven_absent_saysSo() throws Exception {
    Files.delete(bin.resolve("mvn"));
    Outcome outcome = run();
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors())
        .containsExactly("holdfast: no mvn on the PATH: Maven is needed to build; install it");
  }

  @Test
  void maven_absentOnceBuilt_isNotMissed() throws Exception {
    run();
    Files.delete(bin.resolve("mvn"));
    assertThat(run().exitCode()).isZero();
  }

  private Outcome run(String... arguments) throws Exception {
    return finish(start(List.of(arguments), root));
  }

  private Process start(List<String> arguments, Path folder) throws IOException {
    return start(root.resolve("holdfast").toString(), arguments, folder);
  }

  private Process start(String command, List<String> arguments, Path folder) throws IOException {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(arguments);
    Path number = Files.createDirectories(box.resolve("output"));
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectOutput(number.resolve(started.size() + ".out").toFile());
    builder.redirectError(number.resolve(started.size() + ".err").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Outcome finish(Process process) throws Exception {
    int exitCode = process.waitFor();
    return new Outcome(
        exitCode, Files.readString(outOf(process)), Files.readAllLines(errorsOf(process)));
  }

  private Path outOf(Process process) {
    return box.resolve("output").resolve(started.indexOf(process) + ".out");
  }

  private Path errorsOf(Process process) {
    return box.resolve("output").resolve(started.indexOf(process) + ".err");
  }

  /** What Maven was called with, one line per build. */
  private List<String> builds() throws IOException {
    return Files.readAllLines(box.resolve("maven.log"));
  }

  private List<Path> runtimes() throws IOException {
    try (Stream<Path> entries = Files.list(root.resolve(".build"))) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith("runtime."))
          .toList();
    }
  }

  /** Makes Maven wait until somebody writes a line into the pipe returned. */
  private Path hold() throws Exception {
    Path hold = box.resolve("hold");
    assertThat(new ProcessBuilder("mkfifo", hold.toString()).start().waitFor()).isZero();
    return hold;
  }

  /** Waits until {@code file} holds a line; the test's timeout ends a wait in vain. */
  private static void awaitLine(Path file) throws Exception {
    while (!Files.exists(file) || !Files.readString(file).endsWith("\n")) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = box.resolve(name);
    executable(home.resolve("bin/java"), JAVA);
    executable(home.resolve("bin/javac"), "");
    write(
        home.resolve("release"),
        "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"%s\"\nMODULES=\"java.base\"\n"
            .formatted(version));
    return home;
  }

  private static void executable(Path file, String content) throws IOException {
    write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static Path find(String tool) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () -> new UncheckedIOException(new IOException("no " + tool + " on the PATH")));
  }
}
