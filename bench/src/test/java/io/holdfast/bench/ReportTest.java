package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final List<Result> RESULTS =
      List.of(
          new Result(
              Scenarios.named("store 8 B"),
              new double[] {100, 100, 100},
              new double[] {99, 150.26, 160}),
          new Result(Scenarios.named("free"), new double[] {1234.56}, new double[0]));

  @Test
  void table_comparedAndAlone_linesUpAndSaysWhatWasDone() {
    assertThat(Report.table(RESULTS))
        .isEqualTo(
            """
            scenario   Holdfast ns  peer ns  ratio  middle half  peer
            store 8 B        100.0    150.3   1.50    1.25-1.55  libnothing
            free            1234.6        -      -            -  libnothing (missing)

            store 8 B, free:
              does nothing; durable never
            """);
  }

  @Test
  void json_comparedAndAlone_hasOneObjectEach() {
    assertThat(Report.json(RESULTS))
        .isEqualTo(
            """
            [
              {"scenario": "store 8 B", "ours_ns": 100.00, "peer": "libnothing", "peer_ns": 150.26, "ratio": 1.5026},
              {"scenario": "free", "ours_ns": 1234.56, "peer": "libnothing", "peer_ns": null, "ratio": null}
            ]
            """);
  }

  @Test
  void figures_otherLocale_keepTheirPoint() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(Report.json(RESULTS)).contains("150.26");
      assertThat(Report.table(RESULTS)).contains("1234.6");
    } finally {
      Locale.setDefault(before);
    }
  }
}
