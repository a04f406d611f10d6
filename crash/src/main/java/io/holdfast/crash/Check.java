package io.holdfast.crash;

/**
 * Opens a crashed medium with production code and judges what it finds.
 *
 * <p>It is run many times, each time on a medium of its own, and must come to the same end for the
 * same medium.
 */
@FunctionalInterface
public interface Check {
  /**
   * Judges a crashed medium.
   *
   * @param medium what the crash has left; what the check does to it, recovery included, is crashed
   *     too
   * @param log what had been acknowledged before the crash
   * @return the outcome in a few words, by which the report groups states
   * @throws Exception if the medium is not as it must be, as an {@link AssertionError} does too
   */
  String check(SimulatedMedium medium, RunLog log) throws Exception;
}
