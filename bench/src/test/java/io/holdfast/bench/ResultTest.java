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
  void ratio_peerTwiceAsSlow_isTwo() {
    assertThat(result(new double[] {100, 110, 90}, new double[] {200, 150, 900}).ratio())
        .hasValue(2);
  }

  @Test
  void ratio_noPeer_isEmpty() {
    Result alone = result(new double[] {100}, new double[0]);
    assertThat(alone.ratio()).isEmpty();
    assertThat(alone.peerNanos()).isEmpty();
  }

  @Test
  void ratioQuantile_slowSecondHitsBothSidesOfARound_isUntouched() {
    Result drifting = result(new double[] {100, 1000, 10}, new double[] {150, 1500, 15});
    assertThat(drifting.ratioQuantile(0.25)).isEqualTo(1.5, within(1e-9));
    assertThat(drifting.ratioQuantile(0.75)).isEqualTo(1.5, within(1e-9));
  }

  private static Result result(double[] ours, double[] peer) {
    return new Result(Scenarios.named("row"), ours, peer);
  }
}
