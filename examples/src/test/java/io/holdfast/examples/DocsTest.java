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

/**
 * The Java in README.md and docs/ is compiled, and does what the text around it says; what the
 * documents link to is there.
 */
final class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("holdfast.root"));

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
      compile(program.group("source"));
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
    compile(matches(PROGRAM, ROOT.resolve("README.md")).getFirst().group("source"));
    String heap = temp.resolve("visits.heap").toString();
    assertThat(run(heap, "Ada")).isEqualTo("visit 1, by Ada\n");
    assertThat(run(heap, "Grace")).isEqualTo("visit 2, by Grace\n");
  }

  private static List<MatchResult> matches(Pattern pattern, Path document) throws IOException {
    return pattern.matcher(Files.readString(document)).results().toList();
  }

  /** Compiles {@code source} as Program.java into the temporary folder. */
  private void compile(String source) throws Exception {
    Path file = Files.writeString(temp.resolve("Program.java"), source);
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
