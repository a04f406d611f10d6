package io.holdfast.bench;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * What was measured in one scenario, in nanoseconds per operation; the arrays have one element per
 * round.
 *
 * @param scenario the scenario
 * @param ours Holdfast's times
 * @param peer the peer's times of the same rounds; empty if there is no peer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Result(Scenario scenario, double[] ours, double[] peer) {
  /** {@return Holdfast's median} */
  double oursNanos() {
    return quantile(ours, 0.5);
  }

  /** {@return the peer's median, if there is a peer} */
  OptionalDouble peerNanos() {
    return peer.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(quantile(peer, 0.5));
  }

  /**
   * {@return the median of the rounds' ratios, if there is a peer: above 1 we are faster} A round's
   * two turns are neighbours in time, so the machine's load and drift are in both.
   */
  OptionalDouble ratio() {
    return peer.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(ratioQuantile(0.5));
  }

  /** {@return the value below which {@code fraction} of the rounds' ratios lie} */
  double ratioQuantile(double fraction) {
    double[] ratios = new double[peer.length];
    Arrays.setAll(ratios, round -> peer[round] / ours[round]);
    return quantile(ratios, fraction);
  }

  private static double quantile(double[] values, double fraction) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double position = fraction * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
