package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bench.Scenario.Waiting;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static Result row(String name, String peer, Waiting waiting, double ours, double theirs) {
    Scenario scenario =
        new Scenario(
            name,
            name,
            "",
            waiting,
            (_, _) -> 0,
            peer,
            Optional.of((iterations, seed) -> iterations + seed),
            1);
    return new Result(scenario, new double[] {ours}, new double[] {theirs});
  }

  @Test
  void of_fencedRows_areAveragedByTheirRatios() {
    List<Result> results =
        List.of(
            row("copy", "libpmem", Waiting.FENCED, 100, 200),
            row("fill", "libpmem", Waiting.FENCED, 200, 100),
            row("move", "libpmem2", Waiting.FENCED, 100, 800),
            row("other", "libpmem", Waiting.OTHER, 1000, 1));
    assertThat(Summary.of(results))
        .isEqualTo(
            """
            geometric mean of the 3 rows that end with a fence: 2.000 (libpmem 1.000, libpmem2 8.000)
            worst of them: 0.500, fill against libpmem
            """);
  }

  @Test
  void of_unfencedRows_areJudgedByNanoseconds() {
    List<Result> results =
        List.of(
            row("flush", "libpmem", Waiting.UNFENCED_SMALL, 7.5, 4),
            row("copy", "libpmem", Waiting.UNFENCED_SMALL, 4, 10));
    assertThat(Summary.of(results))
        .isEqualTo(
            "largest deficit of the 2 short rows without a fence: 3.5 ns, flush against libpmem\n");
  }

  @Test
  void of_nothingCompared_isEmpty() {
    assertThat(Summary.of(List.of())).isEmpty();
    assertThat(Summary.of(List.of(new Result(Scenarios.named("x"), new double[1], new double[0]))))
        .isEmpty();
  }
}
