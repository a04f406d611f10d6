package io.holdfast.crash.literature;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/crash.md has a row for each bug, which says what the test says. */
class LiteratureTableTest {
  private static final Path ROOT = Path.of(System.getProperty("holdfast.root"));
  private static final String SOURCES = "crash/src/test/java/io/holdfast/crash/literature/";

  @Test
  void table_hasARowForEachBugAndNoOthers() throws Exception {
    List<String> expected = new ArrayList<>();
    for (Class<? extends PublishedBug> bug : bugs()) {
      expected.add(row(bug));
    }
    assertThat(expected).hasSizeGreaterThanOrEqualTo(25);
    List<String> rows = rows();
    assertThat(expected.stream().filter(row -> !rows.contains(row))).as("missing rows").isEmpty();
    assertThat(rows).as("rows of no test, or twice").hasSameSizeAs(expected);
  }

  private static String row(Class<? extends PublishedBug> bug) throws Exception {
    Published published = bug.getAnnotation(Published.class);
    assertThat(published).as(bug.getName()).isNotNull();
    String name = bug.getSimpleName();
    String words =
        name.replaceFirst("Test$", "").replaceAll("(?<!^)([A-Z])", " $1").toLowerCase(Locale.ROOT);
    PublishedBug instance = bug.getDeclaredConstructor().newInstance();
    return "| [%s](../%s%s.java) | %s | %s | %s |"
        .formatted(
            words, SOURCES, name, published.in(), published.by(), instance.expected().complaint());
  }

  private static List<String> rows() throws IOException {
    try (Stream<String> lines = Files.lines(ROOT.resolve("docs/crash.md"))) {
      return lines.filter(line -> line.startsWith("| [") && line.contains(SOURCES)).toList();
    }
  }

  private static List<Class<? extends PublishedBug>> bugs() throws Exception {
    List<Class<? extends PublishedBug>> bugs = new ArrayList<>();
    try (Stream<Path> sources = Files.list(ROOT.resolve(SOURCES))) {
      for (Path source : sources.sorted().toList()) {
        String name = source.getFileName().toString().replaceFirst("\\.java$", "");
        Class<?> type = Class.forName(LiteratureTableTest.class.getPackageName() + "." + name);
        if (PublishedBug.class.isAssignableFrom(type) && name.endsWith("Test")) {
          bugs.add(type.asSubclass(PublishedBug.class));
        }
      }
    }
    return bugs;
  }
}
