package io.holdfast.examples;

import java.util.Random;

/** Random numbers of a test: the seed is printed, and {@code -Dholdfast.seed=N} replays it. */
final class Seeds {
  private Seeds() {}

  static Random random(String test) {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println(test + ": -Dholdfast.seed=" + seed);
    return new Random(seed);
  }
}
