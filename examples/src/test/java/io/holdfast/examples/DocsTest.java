package io.holdfast.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Java in README.md and docs/ is compiled, and does what the text around it says; what the
 * documents link to is there.
 */
final class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("holdfast.root"));

  private static final Path CRASH_DOCUMENT = ROOT.resolve("docs/crash.md");

  /** A line to replay a failure, which ends in a fingerprint, and advice, which may get better. */
  private static final String REPLAY = "replay=\\S+|not synced.*";

  /** A program, and the output that is shown next, if any. */
  private static final Pattern PROGRAM =
      Pattern.compile(
          "^```java\n(?<source>.*?)^```$(?:(?:(?!^```).)*?^```text\n(?<output>.*?)^```$)?",
          Pattern.DOTALL | Pattern.MULTILINE);

  /** A link to a file of ours, perhaps to a method of a test: {@code [text](target "method")}. */
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?<target>[^)\\s#:]+)(?:#[^)\\s]*)?(?: \"(?<method>[^\"]+)\")?\\)");

  /** A row of three columns. */
  private static final Pattern SETTING =
      Pattern.compile("<tr><td>(.*?)</td><td>(.*?)</td> *<td>(.*?)</td></tr>");

  @TempDir private Path temp;

  static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(ROOT::resolve), docs)
          .filter(path -> path.toString().endsWith(".md"))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void programs_printWhatIsShown(Path document) throws Exception {
    for (MatchResult program : matches(PROGRAM, document)) {
      compile("Program", program.group("source"));
      if (program.group("output") != null) {
        Path file = temp.resolve("file");
        assertThat(run(file.toString())).isEqualTo(program.group("output"));
        Files.deleteIfExists(file);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void links_leadSomewhere(Path document) throws IOException {
    for (MatchResult link : matches(LINK, document)) {
      Path target = document.resolveSibling(link.group("target")).normalize();
      assertThat(target).as(link.group()).exists();
      if (link.group("method") != null) {
        assertThat(target).content().as(link.group()).contains(" " + link.group("method") + "(");
      }
    }
  }

  @Test
  void pmemTable_hasARowWithATestForEveryFunctionOfLibpmemAndLibpmem2() throws IOException {
    List<String> rows = Files.readAllLines(ROOT.resolve("docs/pmem.md"));
    try (InputStream names = DocsTest.class.getResourceAsStream("libpmem-functions.txt")) {
      new String(requireNonNull(names).readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .forEach(
              name ->
                  assertThat(rows)
                      .filteredOn(row -> row.startsWith("| `" + name + "` |"))
                      .singleElement()
                      .asString()
                      .contains("Test.java \""));
    }
  }

  @Test
  void heapTables_nameEveryFunctionOfLibpmemobj_withATestOrAReason() throws IOException {
    List<String> rows =
        Files.readAllLines(ROOT.resolve("docs/heap.md")).stream()
            .filter(row -> row.startsWith("| `pmemobj_"))
            .toList();
    try (InputStream names = DocsTest.class.getResourceAsStream("libpmemobj-functions.txt")) {
      new String(requireNonNull(names).readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .forEach(
              name ->
                  assertThat(rows)
                      .filteredOn(row -> row.split(" \\| ")[0].contains("`" + name + "`"))
                      .as(name)
                      .singleElement()
                      .asString()
                      .matches(".*Test.java \".*|(?:[^|]*\\|){2} [^|]{10,} \\|"));
    }
  }

  /** The table stands in the Javadoc too, where programmers look, and says the same there. */
  @Test
  void settings_areThoseOfThePackageDescription() throws IOException {
    Path packageInfo = ROOT.resolve("pmem/src/main/java/io/holdfast/pmem/package-info.java");
    List<String> described =
        SETTING
            .matcher(Files.readString(packageInfo).replaceAll("\n \\* *", " "))
            .results()
            .filter(row -> !row.group(1).matches("\\d"))
            .map(row -> "| " + row.group(1) + " | " + row.group(2) + " | " + row.group(3) + " |")
            .map(row -> row.replaceAll("\\{@code ([^}]*)}", "`$1`").replaceAll(" +", " "))
            .map(row -> row.replaceAll("\\{@link (?:\\w+\\.)*(\\w+)#(\\w+)}", "`$1.$2`"))
            .toList();
    assertThat(described).hasSizeGreaterThan(12);
    try (Stream<String> lines = Files.lines(ROOT.resolve("docs/pmem.md"))) {
      assertThat(lines.map(line -> line.replaceAll(" +", " "))).containsAll(described);
    }
  }

  @Test
  void readmesProgram_runAgain_continuesWithWhatItStored() throws Exception {
    compile("Program", matches(PROGRAM, ROOT.resolve("README.md")).getFirst().group("source"));
    String heap = temp.resolve("visits.heap").toString();
    assertThat(run(heap, "Ada")).isEqualTo("visit 1, by Ada\n");
    assertThat(run(heap, "Grace")).isEqualTo("visit 2, by Grace\n");
  }

  /** The logs are shown without their Javadoc, and in a file of their own. */
  @ParameterizedTest
  @ValueSource(strings = {"FileWal", "MappedWal"})
  void crashDocument_showsTheLogAsItIs(String name) throws IOException {
    String shown =
        source(name)
            .replaceAll("(?ms)^ */\\*\\*.*?\\*/\n", "")
            .replaceFirst("^package .*\n\n", "")
            .replaceFirst("public final class", "final class")
            .strip();
    assertThat(
            matches(PROGRAM, CRASH_DOCUMENT).stream()
                .map(program -> program.group("source"))
                .map(source -> source.replace("import io.holdfast.examples.Wal;\n", "").strip()))
        .contains(shown);
  }

  @Test
  void crashDocument_logWithoutTheSyncOfItsRecovery_failsAsIsShown() throws Exception {
    compile("FileWal", source("FileWal").replace("channel.force(true);", ""));
    MatchResult program =
        matches(PROGRAM, CRASH_DOCUMENT).stream()
            .filter(match -> match.group("output") != null)
            .findFirst()
            .orElseThrow();
    compile("Program", program.group("source"));
    String text = Files.readString(CRASH_DOCUMENT);
    int start = text.indexOf("```text\n", program.end()) + 8;
    assertThat(run().replaceAll(REPLAY, ""))
        .isEqualTo(text.substring(start, text.indexOf("```", start)).replaceAll(REPLAY, ""));
  }

  private static String source(String example) throws IOException {
    return Files.readString(
        ROOT.resolve("examples/src/main/java/io/holdfast/examples/" + example + ".java"));
  }

  private static List<MatchResult> matches(Pattern pattern, Path document) throws IOException {
    return pattern.matcher(Files.readString(document)).results().toList();
  }

  /** Compiles {@code source} into the temporary folder, from which {@link #run} takes it first. */
  private void compile(String name, String source) throws Exception {
    Path file = Files.writeString(temp.resolve(name + ".java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-d",
              temp.toString(),
              "-cp",
              System.getProperty("java.class.path"),
              "-Xlint:all,-path",
              "-Werror");
      Boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }

  /** Runs the compiled program in a JVM of its own and returns what it prints, to both outputs. */
  private String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", temp + ":" + System.getProperty("java.class.path"), "Program"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
