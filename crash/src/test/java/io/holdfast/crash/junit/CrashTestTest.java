package io.holdfast.crash.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What a method with the annotation does when JUnit runs it. */
class CrashTestTest {
  private static final Path FILE = Path.of("/simulated/file");

  @TempDir private Path folder;

  /** The tests that are run by tests: JUnit finds none of them by itself. */
  static class Cases {
    @CrashTest
    void allGranularities(CrashExploration exploration) {
      store(exploration, Flushed.YES);
    }

    @CrashTest(granularity = Granularity.CACHE_LINE)
    void forgottenFlush(CrashExploration exploration) {
      store(exploration, Flushed.NO);
    }

    @CrashTest(
        granularity = {Granularity.CACHE_LINE, Granularity.PAGE},
        seed = {3, 4})
    void seeds(CrashExploration exploration, Granularity granularity) {
      CrashReport report = store(exploration, Flushed.YES).explore();
      Assertions.assertEquals(granularity, report.granularity());
      Assertions.assertTrue(report.seed() == 3 || report.seed() == 4);
    }

    @CrashTest(granularity = Granularity.CACHE_LINE)
    void exploredByItself(CrashExploration exploration) {
      Assertions.assertEquals(1, store(exploration, Flushed.NO).explore().failures().size());
    }

    @CrashTest(granularity = Granularity.CACHE_LINE)
    void assertedByItself(CrashExploration exploration) {
      store(exploration, Flushed.NO).explore().assertConsistent();
    }

    @CrashTest(granularity = Granularity.CACHE_LINE, findings = CrashTest.Findings.FORBIDDEN)
    void findings(CrashExploration exploration) {
      store(exploration, Flushed.NO).check((_, _) -> "");
    }

    @CrashTest(granularity = Granularity.CACHE_LINE, states = 1)
    void states(CrashExploration exploration) {
      Assertions.assertEquals(1, store(exploration, Flushed.YES).explore().states());
    }

    @CrashTest(granularity = Granularity.PAGE)
    void nothing(CrashExploration exploration) {
      exploration.run((_, log) -> log.acknowledge("stored"));
    }

    @CrashTest(granularity = Granularity.PAGE, states = 0)
    void noStates(CrashExploration exploration) {
      store(exploration, Flushed.NO);
    }

    @CrashTest
    void noParameter() {}

    @CrashTest(granularity = {})
    void noGranularity(CrashExploration exploration) {
      store(exploration, Flushed.YES);
    }
  }

  private enum Flushed {
    YES,
    NO
  }

  private static CrashExploration store(CrashExploration exploration, Flushed flushed) {
    return exploration
        .prepare(
            (medium, log) -> {
              try (PmemFile file = medium.create(FILE)) {
                file.allocate(0, 4096);
              }
            })
        .run(
            (medium, log) -> {
              PmemMap map = medium.map(PmemSource.of(FILE), config());
              map.putLong(0, 1);
              if (flushed == Flushed.YES) {
                map.persist(0, 8);
              }
              log.acknowledge("stored");
            })
        .verify(
            (medium, log) -> {
              try (PmemMap map = medium.map(PmemSource.of(FILE), config())) {
                if (log.hasAcknowledged("stored") && map.getLong(0) != 1) {
                  throw new AssertionError("lost");
                }
              }
            });
  }

  private static MapConfig config() {
    return MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
  }

  @Test
  void granularities_areATestEach() {
    assertThat(run("allGranularities", CrashExploration.class))
        .containsExactly("BYTE: passed", "CACHE_LINE: passed", "PAGE: passed");
  }

  @Test
  void seeds_areATestEach() {
    assertThat(run("seeds", CrashExploration.class, Granularity.class))
        .containsExactly(
            "CACHE_LINE, seed 3: passed",
            "CACHE_LINE, seed 4: passed",
            "PAGE, seed 3: passed",
            "PAGE, seed 4: passed");
  }

  @Test
  void describedOnly_isExplored() {
    assertThat(run("forgottenFlush", CrashExploration.class))
        .singleElement()
        .asString()
        .startsWith("CACHE_LINE: failed: java.lang.AssertionError: Cases.forgottenFlush: ")
        .contains("lost", "acknowledged before: [stored]", "holdfast.crash.replay");
  }

  @Test
  void explored_isNotExploredAgain() {
    assertThat(run("exploredByItself", CrashExploration.class))
        .containsExactly("CACHE_LINE: passed");
    assertThat(run("states", CrashExploration.class)).containsExactly("CACHE_LINE: passed");
  }

  @Test
  void findings_failWhereTheyAreForbidden() {
    assertThat(run("findings", CrashExploration.class))
        .singleElement()
        .asString()
        .startsWith("CACHE_LINE: failed: java.lang.AssertionError: 1 finding");
  }

  @Test
  void failure_leavesAReportWhereOneIsWanted() throws IOException {
    Path reports = folder.resolve("new/reports");
    for (String method : List.of("forgottenFlush", "assertedByItself")) {
      Path report = reports.resolve("Cases." + method + "-CACHE_LINE.html");
      assertThat(runWith(reports, method, CrashExploration.class))
          .singleElement()
          .asString()
          .endsWith("look at it: " + report.toUri());
      assertThat(report).content().startsWith("<!");
    }
    assertThat(runWith(reports, "allGranularities", CrashExploration.class)).hasSize(3);
    try (Stream<Path> files = Files.list(reports)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void reportThatCannotBeWritten_isToldBesidesTheFailure() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(runWith(file, "forgottenFlush", CrashExploration.class))
        .singleElement()
        .asString()
        .contains("lost", "the report could not be written: ");
  }

  @Test
  void runThatDoesNothingToItsMedium_fails() {
    assertThat(run("nothing", CrashExploration.class))
        .singleElement()
        .asString()
        .contains("Cases.nothing: nothing was crashed, since the run did nothing to its medium");
  }

  @Test
  void misuse_isToldInWords() {
    assertThat(run("noStates", CrashExploration.class))
        .singleElement()
        .asString()
        .contains("statesAtMost: 0 is less than 1");
    assertThat(run("noParameter"))
        .singleElement()
        .asString()
        .contains("Cases.noParameter: a crash test describes a CrashExploration");
    assertThat(run("noGranularity", CrashExploration.class))
        .singleElement()
        .asString()
        .contains("Cases.noGranularity: no granularity");
  }

  private List<String> run(String method, Class<?>... parameters) {
    return runWith(null, method, parameters);
  }

  /** Has JUnit run a method of the cases; returns the tests with their outcomes. */
  private List<String> runWith(Path reports, String method, Class<?>... parameters) {
    LauncherDiscoveryRequestBuilder request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectMethod(Cases.class, method, parameters));
    if (reports != null) {
      request.configurationParameter("holdfast.crash.report", reports.toString());
    }
    List<String> outcomes = new ArrayList<>();
    LauncherDiscoveryRequest built = request.build();
    LauncherFactory.create()
        .execute(
            built,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                  outcomes.add(
                      test.getDisplayName()
                          + result
                              .getThrowable()
                              .map(failure -> ": failed: " + failure)
                              .orElse(": passed"));
                }
              }
            });
    return outcomes;
  }
}
