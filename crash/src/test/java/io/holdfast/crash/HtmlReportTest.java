package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the HTML page says, and that it is one file that loads nothing. */
class HtmlReportTest {
  @TempDir private Path folder;

  @Test
  void page_saysWhatHappenedAndWhatToDo() throws IOException {
    CrashReport report = Reports.broken("three appends").explore();
    CrashFailure failure = report.failures().getFirst();
    String page = page(report);
    assertThat(page)
        .contains("<h1>A power failure after event 13 breaks it</h1>")
        .contains("IllegalStateException: record 1 of 2 is empty")
        .contains("not flushed (the flush at Reports.java:")
        .contains("flush 0x80-0x84 of data, and fence, before the store to 0x0 of data at Reports")
        .contains("records[1].key = 0")
        .contains("records[1].key = 2")
        .contains("-Dholdfast.crash.replay=" + failure.replay())
        .contains("flushed without need")
        .contains("suppressed for nothing")
        .contains(report.coverageInWords())
        .contains("append 1");
  }

  @Test
  void page_ofASoundProgram_saysSo() throws IOException {
    CrashReport report = Reports.consistent(30).explore();
    assertThat(page(report))
        .contains("<h1>No crash breaks it</h1>")
        .contains(report.coverageInWords())
        .doesNotContain("class=\"failed\"");
  }

  @Test
  void page_ofAReplay_hasNoTimelineAndNoScript() throws IOException {
    CrashFailure failure = Reports.broken("").explore().failures().getFirst();
    System.setProperty("holdfast.crash.replay", failure.replay());
    try {
      CrashReport mended = Reports.broken("").check((_, _) -> "fine").explore();
      assertThat(page(mended)).contains("fine").doesNotContain("<script").doesNotContain("listbox");
    } finally {
      System.clearProperty("holdfast.crash.replay");
    }
  }

  @Test
  void page_loadsNothing() throws IOException {
    assertThat(page(Reports.broken("x").explore()))
        .doesNotContain("http:")
        .doesNotContain("https:")
        .doesNotContain("src=")
        .doesNotContain("@import")
        .doesNotContain("url(")
        .contains("default-src 'none'");
  }

  @Test
  void textOfUsers_isNeverMarkup() throws IOException {
    CrashReport report =
        Reports.broken(Reports.HOSTILE)
            .run((medium, log) -> log.step(Reports.HOSTILE, () -> log.acknowledge(Reports.HOSTILE)))
            .check(
                (_, log) -> {
                  if (log.hasAcknowledged(Reports.HOSTILE)) {
                    throw new IllegalStateException(Reports.HOSTILE);
                  }
                  return Reports.HOSTILE;
                })
            .suppress(Finding.Kind.CLEAN_FLUSH, Reports.HOSTILE, Reports.HOSTILE)
            .explore();
    assertThat(report.failures()).hasSize(1);
    String page = page(report);
    assertThat(page).doesNotContain("<img").doesNotContain("\u0007").doesNotContain("\u2028&\"");
    // Two scripts, and the ends of these two.
    assertThat(page.split("<script", -1)).hasSize(3);
    assertThat(page.split("</script", -1)).hasSize(3);
  }

  @Test
  void file_isReplacedAsAWhole() throws IOException {
    Path file = folder.resolve("report.html");
    Files.writeString(file, "old");
    CrashReport report = Reports.consistent(30).explore();
    report.writeHtml(file);
    assertThat(Files.readString(file)).startsWith("<!doctype html>").endsWith("</html>\n");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void fileThatCannotBeWritten_isNamedAndNothingIsLeft() throws IOException {
    CrashReport report = Reports.consistent(30).explore();
    assertThatThrownBy(() -> report.writeHtml(folder.resolve("none/report.html")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> report.writeJson(folder)).isInstanceOf(IOException.class);
    try (var files = Files.list(folder)) {
      assertThat(files.toList()).isEqualTo(List.of());
    }
  }

  private String page(CrashReport report) throws IOException {
    Path file = folder.resolve("page.html");
    report.writeHtml(file);
    return Files.readString(file);
  }
}
