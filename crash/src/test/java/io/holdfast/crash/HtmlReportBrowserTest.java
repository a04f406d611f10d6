package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in headless Chromium: its script runs, and shows the events. */
class HtmlReportBrowserTest {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  @TempDir private Path folder;

  @Test
  void page_showsTheEventBeforeTheCrash() throws Exception {
    CrashReport report = Reports.broken("three appends").explore();
    String page = shown(report);
    assertThat(page)
        .contains("data-ready=\"27\"")
        .contains("<h3>Event 13</h3>")
        .contains("step “append 1”, by main")
        .containsPattern("class=\"row crash chosen\"")
        .contains("not explored")
        .contains("26 events");
  }

  @Test
  void page_of100000Events_hasFewRows() throws Exception {
    String page = shown(Reports.consistent(Integer.getInteger("holdfast.events", 9_999)).explore());
    assertThat(page).containsPattern("data-ready=\"\\d{5,6}\"");
    assertThat(page.split("class=\"row", -1).length).isBetween(10, 100);
  }

  @Test
  void textOfUsers_isShownAndNotRun() throws Exception {
    String page =
        shown(
            Reports.broken(Reports.HOSTILE)
                .run((_, log) -> log.step(Reports.HOSTILE, () -> log.acknowledge("<b>x</b>")))
                .check((_, _) -> "<i>left</i>")
                .explore());
    assertThat(page)
        .contains("data-ready=\"2\"")
        .contains("acknowledged \"&lt;b&gt;x&lt;/b&gt;\"")
        .contains("&lt;i&gt;left&lt;/i&gt;")
        .doesNotContain("<img")
        .doesNotContain("<b>x")
        .doesNotContain("<i>left");
  }

  /** {@return the page as it is when its script has run} */
  private String shown(CrashReport report) throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    assumeTrue(
        browser.isPresent(), "none of %s is installed (apt-get install chromium)".formatted(NAMES));
    Path page = folder.resolve("page.html");
    Path dom = folder.resolve("dom.html");
    report.writeHtml(page);
    Process process =
        new ProcessBuilder(
                browser.orElseThrow().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=5000",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(dom.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    return Files.readString(dom);
  }

  private static Optional<Path> browser() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
