package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The example of the package documentation, which must stay the one that is compiled and run here.
 */
class PackageExampleTest {
  private static final Path FILE = Path.of("/simulated/note");
  private static final String SOURCE = "crash/src/main/java/io/holdfast/crash/package-info.java";
  private static final String TEST =
      "crash/src/test/java/io/holdfast/crash/PackageExampleTest.java";

  @Test
  void example_isConsistentAndGivesTheOutcomesShown() throws IOException {
    CrashReport report =
        CrashExploration.of(Granularity.CACHE_LINE)
            .prepare((medium, log) -> Note.create(medium, FILE))
            .run(
                (medium, log) -> {
                  try (Note note = Note.open(medium, FILE)) {
                    note.write("milk, bread");
                    log.acknowledge("written");
                  }
                })
            .check(
                (medium, log) -> {
                  try (Note note = Note.open(medium, FILE)) {
                    assertThat(note.text()).isIn("", "milk, bread");
                    if (log.hasAcknowledged("written")) {
                      assertThat(note.text()).isEqualTo("milk, bread");
                    }
                    return note.text();
                  }
                })
            .explore()
            .assertConsistent();

    List<String> shown = preformatted(SOURCE).toList();
    String seen = report.toString().replace("seed " + report.seed(), "seed 1");
    assertThat(shown).containsAll(seen.lines().toList());
  }

  @Test
  void example_isTheOneThatIsDocumented() throws IOException {
    List<String> test = Files.readString(root().resolve(TEST)).lines().map(String::strip).toList();
    List<String> code =
        preformatted(SOURCE).takeWhile(line -> !line.startsWith("CACHE_LINE,")).toList();
    assertThat(code).hasSizeGreaterThan(15);
    assertThat(test).containsAll(code);
  }

  /** {@return the lines within pre tags of a Javadoc comment} */
  private static Stream<String> preformatted(String source) throws IOException {
    List<String> lines = Files.readString(root().resolve(source)).lines().toList();
    boolean[] inside = {false};
    return lines.stream()
        .map(line -> line.replaceFirst("^ \\* ?", "").strip())
        .filter(
            line -> {
              boolean fence = line.startsWith("<pre>") || line.endsWith("</pre>");
              inside[0] = fence ? line.startsWith("<pre>") : inside[0];
              return inside[0] && !fence;
            })
        .toList()
        .stream();
  }

  private static Path root() {
    return Path.of(System.getProperty("holdfast.root"));
  }
}
