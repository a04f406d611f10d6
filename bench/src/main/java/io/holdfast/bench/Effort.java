package io.holdfast.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * <p>Many short turns beat few long ones: on a busy machine both turns of a round then mostly run
 * undisturbed, or equally disturbed. A turn of 1 ms still spans several checkpoints of a heap's
 * journal, so that their cost is in every turn.
 *
 * @param rounds how often each side of each scenario has its turn
 * @param turn how long a turn takes, roughly
 * @param warmUp how long each scenario's own code runs before the first round, so that it is
 *     compiled
 */
record Effort(int rounds, Duration turn, Duration warmUp) {
  /** Half a minute: enough to see a ratio. */
  static final Effort QUICK = new Effort(201, Duration.ofMillis(1), Duration.ofMillis(600));

  /** A few minutes: enough to publish one. */
  static final Effort FULL = new Effort(2001, Duration.ofMillis(1), Duration.ofMillis(1500));

  /** For operations of microseconds, of which a turn has to have thousands. */
  static final Effort FULL_OF_STATES =
      new Effort(21, Duration.ofMillis(100), Duration.ofMillis(1500));

  /** The same for a hundred scenarios. */
  static final Effort FULL_OF_MANY = new Effort(501, Duration.ofMillis(1), Duration.ofMillis(600));
}
