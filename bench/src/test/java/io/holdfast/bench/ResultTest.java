package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ResultTest {
  @Test
  void medians_oddAndEvenRounds_areMiddleAndMeanOfMiddles() {
    Result odd = result(new double[] {30, 10, 20}, new double[] {90, 80, 10});
    assertThat(odd.oursNanos()).isEqualTo(20);
    assertThat(odd.peerNanos()).hasValue(80);
    Result even = result(new double[] {10, 40, 20, 30}, new double[] {1, 1, 2, 2});
    assertThat(even.oursNanos()).isEqualTo(25);
    assertThat(even.peerNanos()).hasValue(1.5);
  }

  @Test
  void ratio_slowSecondsHitBothSidesOfTheirRound_isUntouched() {
    Result drifting =
        result(new double[] {100, 1000, 10, 5000}, new double[] {150, 1500, 15, 9000});
    assertThat(drifting.ratio().getAsDouble()).isEqualTo(1.5, within(1e-9));
  }

  @Test
  void ratioQuantile_rounds_interpolates() {
    Result spread = result(new double[] {1, 1, 1}, new double[] {3, 1, 2});
    assertThat(spread.ratioQuantile(0)).isEqualTo(1);
    assertThat(spread.ratioQuantile(0.25)).isEqualTo(1.5);
    assertThat(spread.ratioQuantile(1)).isEqualTo(3);
  }

  @Test
  void ratio_noPeer_isEmpty() {
    Result alone = result(new double[] {100}, new double[0]);
    assertThat(alone.ratio()).isEmpty();
    assertThat(alone.peerNanos()).isEmpty();
  }

  private static Result result(double[] ours, double[] peer) {
    return new Result(Scenarios.named("row"), ours, peer);
  }
}
