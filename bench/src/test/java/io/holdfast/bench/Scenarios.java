package io.holdfast.bench;

import java.util.Optional;

/** Scenarios for tests that never run them. */
final class Scenarios {
  private Scenarios() {}

  static Scenario named(String name) {
    return new Scenario(
        name,
        name,
        "does nothing; durable never",
        Scenario.Waiting.OTHER,
        (_, _) -> 0,
        "libnothing",
        Optional.empty(),
        1);
  }
}
