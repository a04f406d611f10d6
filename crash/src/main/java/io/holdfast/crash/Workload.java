package io.holdfast.crash;

/**
 * A program that is run once on a simulated medium, recorded, and then crashed after each of its
 * events.
 */
@FunctionalInterface
public interface Workload {
  /**
   * Runs the program. All its threads have ended, or do nothing more, when it returns.
   *
   * @param medium the medium, to be used by nothing else
   * @param log takes the program's acknowledgements
   * @throws Exception if the program fails; nothing is explored then
   */
  void run(SimulatedMedium medium, RunLog log) throws Exception;
}
