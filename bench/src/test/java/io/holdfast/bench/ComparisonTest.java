package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Effort TWO_ROUNDS = new Effort(2, Duration.ofNanos(20_000), Duration.ZERO);

  /** A turn of one side. */
  private record Turn(String side, long iterations, long seed) {}

  private final List<Turn> turns = new ArrayList<>();

  @Test
  void run_twoRounds_changesWhoBeginsAndGivesBothTheSameSequenceAndTime() throws IOException {
    compare(TWO_ROUNDS, scenario("x", 10_000, 10, 20));
    // A warm-up of each; then per turn a quarter that does not count, and the turn.
    assertThat(turns)
        .extracting(Turn::side)
        .containsExactly("x", "X", "x", "x", "X", "X", "X", "X", "x", "x");
    long first = RandomSequence.number(0);
    long second = RandomSequence.number(1);
    assertThat(turns.subList(2, 6))
        .containsExactly(
            new Turn("x", 500, ~first),
            new Turn("x", 2000, first),
            new Turn("X", 250, ~first),
            new Turn("X", 1000, first));
    assertThat(turns.subList(6, 10))
        .containsExactly(
            new Turn("X", 250, ~second),
            new Turn("X", 1000, second),
            new Turn("x", 500, ~second),
            new Turn("x", 2000, second));
  }

  @Test
  void run_severalScenarios_warmsAllBeforeItMeasuresAny() throws IOException {
    compare(TWO_ROUNDS, scenario("x", 1000, 10, 20), scenario("y", 1000, 10, 20));
    assertThat(turns.subList(0, 6))
        .extracting(Turn::side)
        .containsExactly("x", "X", "y", "Y", "x", "x");
  }

  @Test
  void run_limitedScenario_neverAsksForMore() throws IOException {
    compare(new Effort(1, Duration.ofMillis(1), Duration.ofMillis(5)), scenario("x", 50, 10, 20));
    assertThat(turns).extracting(Turn::iterations).allMatch(n -> n <= 50).contains(50L);
  }

  @Test
  void run_operationLongerThanATurn_isDoneOnce() throws IOException {
    compare(TWO_ROUNDS, scenario("x", 1000, 1_000_000, 1_000_000));
    assertThat(turns).extracting(Turn::iterations).containsOnly(1L);
  }

  @Test
  void run_results_arePerOperationAndInOrder() throws IOException {
    List<Result> results =
        compare(TWO_ROUNDS, scenario("x", 1000, 10, 20), scenario("y", 1000, 30, 60));
    assertThat(results).extracting(Result::oursNanos).containsExactly(10.0, 30.0);
    assertThat(results)
        .extracting(result -> result.ratio().getAsDouble())
        .containsExactly(2.0, 2.0);
  }

  @Test
  void run_noPeer_measuresOurSideAlone() throws IOException {
    Scenario alone =
        new Scenario(
            "x",
            "x",
            "",
            Scenario.Waiting.OTHER,
            side("x", 10),
            "libnothing",
            Optional.empty(),
            1000);
    List<Result> results = compare(TWO_ROUNDS, alone);
    assertThat(results).extracting(Result::oursNanos).containsExactly(10.0);
    assertThat(results.getFirst().ratio()).isEmpty();
  }

  @Test
  void progress_wholeRun_endsAtTheEndAndIsErased() throws IOException {
    ByteArrayOutputStream drawn = new ByteArrayOutputStream();
    int steps = Comparison.steps(2, TWO_ROUNDS);
    try (Progress progress =
        Progress.on(new PrintStream(drawn, true, StandardCharsets.UTF_8), "pmem", steps)) {
      new Comparison(TWO_ROUNDS, progress)
          .run(List.of(scenario("x", 1000, 10, 20), scenario("y", 1000, 10, 20)));
    }
    assertThat(drawn.toString(StandardCharsets.UTF_8))
        .startsWith("\rpmem [" + " ".repeat(40) + "]   0 %")
        .endsWith("\rpmem [" + "#".repeat(40) + "] 100 %\r\033[K");
  }

  private List<Result> compare(Effort effort, Scenario... scenarios) throws IOException {
    ByteArrayOutputStream drawn = new ByteArrayOutputStream();
    int steps = Comparison.steps(scenarios.length, effort);
    try (Progress progress =
        Progress.on(new PrintStream(drawn, true, StandardCharsets.UTF_8), "", steps)) {
      return new Comparison(effort, progress).run(List.of(scenarios));
    }
  }

  /** A scenario whose sides note their turns, ours as {@code name}, the peer's in upper case. */
  private Scenario scenario(String name, long most, long oursNanos, long peerNanos) {
    String upper = name.toUpperCase(java.util.Locale.ROOT);
    return new Scenario(
        name,
        name,
        "",
        Scenario.Waiting.OTHER,
        side(name, oursNanos),
        "peer",
        Optional.of(side(upper, peerNanos)),
        most);
  }

  private Workload side(String name, long nanosPerOperation) {
    return (iterations, seed) -> {
      turns.add(new Turn(name, iterations, seed));
      return iterations * nanosPerOperation;
    };
  }
}
