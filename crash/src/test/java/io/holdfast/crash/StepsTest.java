package io.holdfast.crash;

import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A failing run is cut down to the fewest of its steps. */
class StepsTest {

  /** Ten counters, of which step 3 makes one durable that step 6 then takes back unflushed. */
  private static void counters(SimulatedMedium medium, RunLog log) throws Exception {
    try (PmemMap map = map(medium)) {
      for (int i = 0; i < 10; i++) {
        int step = i;
        log.step(
            "step " + step,
            () -> {
              switch (step) {
                case 3 -> {
                  map.putLong(0, 1);
                  map.persist(0, 8);
                }
                case 6 -> {
                  if (map.getLong(0) == 1) {
                    map.putLong(64, 1); // not flushed
                    map.putLong(128, 1);
                    map.persist(128, 8);
                  }
                }
                default -> {
                  map.putLong(512 + step * 64L, step);
                  map.persist(512 + step * 64L, 8);
                }
              }
            });
      }
    }
  }

  private static void verify(SimulatedMedium medium, RunLog log) {
    if (word(medium, 128) == 1 && word(medium, 64) != 1) {
      throw new IllegalStateException("128 without 64");
    }
  }

  private static CrashExploration exploration() {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .run(StepsTest::counters)
        .verify(StepsTest::verify);
  }

  @Test
  void failure_keepsTheStepsThatItTakes() {
    CrashReport report = exploration().explore();
    CrashFailure failure = report.failures().getFirst();
    assertThat(failure.steps()).containsExactly("step 3", "step 6");
    assertThat(failure.leftOut())
        .containsExactly(
            "step 0", "step 1", "step 2", "step 4", "step 5", "step 7", "step 8", "step 9");
    assertThat(failure.report()).contains("steps that it takes: [step 3, step 6]");
    assertThat(failure.crashes().getFirst().losses().getFirst().step()).isEqualTo("step 6");
    assertThat(failure.replay()).contains("without=0,1,2,4,5,7,8,9");
    assertThatThrownBy(() -> exploration().replay(failure.replay()))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("128 without 64");
    // The report is of the whole run all the same.
    assertThat(report.events()).isGreaterThan(25);
    assertThat(report.timeline().get(1).step()).isEqualTo("step 0");
  }

  /** That a step is missing is no crash: the check must accept the end of what is left. */
  @Test
  void failure_keepsStepsThatTheCheckWaitsFor() {
    CrashReport report =
        CrashExploration.of(Granularity.CACHE_LINE)
            .prepare(Programs::createFile)
            .run(
                (medium, log) -> {
                  try (PmemMap map = map(medium)) {
                    for (int i = 0; i < 4; i++) {
                      int step = i;
                      log.step(
                          "put " + step,
                          () -> {
                            map.putLong(step * 64L, 1);
                            if (step != 2) {
                              map.persist(step * 64L, 8);
                            }
                          });
                    }
                    log.acknowledge("all");
                  }
                })
            .verify(
                (medium, log) -> {
                  if (log.hasAcknowledged("all")) {
                    for (int i = 0; i < 4; i++) {
                      if (word(medium, i * 64L) != 1) {
                        throw new IllegalStateException("no " + i);
                      }
                    }
                  }
                })
            .explore();
    CrashFailure failure = report.failures().getFirst();
    assertThat(failure.steps()).containsExactly("put 0", "put 1", "put 2", "put 3");
    assertThat(failure.leftOut()).isEmpty();
    assertThat(failure.cause()).hasMessage("no 2");
  }

  @Test
  void steps_ofOneThreadDoNotNest() {
    assertThatThrownBy(
            () ->
                CrashExploration.of(Granularity.CACHE_LINE)
                    .run((_, log) -> log.step("a", () -> log.step("b", () -> {})))
                    .explore())
        .hasMessageContaining("step \"b\" begins within step \"a\"");
  }

  @Test
  void step_inPreparationAndCheck_isJustRun() {
    CrashReport report =
        exploration()
            .prepare((medium, log) -> log.step("create", () -> Programs.createFile(medium, log)))
            .check(
                (medium, log) -> {
                  long[] word = new long[1];
                  log.step("read", () -> word[0] = word(medium, 0));
                  return "" + word[0];
                })
            .explore()
            .assertConsistent();
    assertThat(report.outcomes().getLast().states().keySet()).isEqualTo(Set.of("1"));
    assertThat(report.timeline().stream().map(ExploredEvent::step).distinct())
        .contains("step 0", "step 9")
        .doesNotContain("create", "read");
  }

  @Test
  void stepThatFails_endsTheExploration() {
    assertThatThrownBy(
            () ->
                CrashExploration.of(Granularity.CACHE_LINE)
                    .run(
                        (_, log) ->
                            log.step(
                                "breaks",
                                () -> {
                                  throw new IOException("no");
                                }))
                    .explore())
        .hasMessageContaining("the workload failed without any crash")
        .hasMessageContaining("no");
  }
}
