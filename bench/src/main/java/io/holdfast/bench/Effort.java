package io.holdfast.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * <p>A turn of 4 ms is long enough that changing sides costs nothing that can be seen, and short
 * enough that both turns of a round mostly run undisturbed, or equally disturbed, on a busy
 * machine.
 *
 * @param rounds how often each side of each scenario has its turn
 * @param turn how long a turn takes, roughly
 * @param warmUp how long each scenario's own code runs before the first round, so that it is
 *     compiled
 */
record Effort(int rounds, Duration turn, Duration warmUp) {
  /** Half a minute: enough to see a ratio. */
  static final Effort QUICK = new Effort(51, Duration.ofMillis(4), Duration.ofMillis(600));

  /** A few minutes: enough to publish one. */
  static final Effort FULL = new Effort(501, Duration.ofMillis(4), Duration.ofMillis(1500));
}
