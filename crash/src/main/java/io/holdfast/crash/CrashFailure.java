package io.holdfast.crash;

import java.util.List;

/**
 * A crash that the check does not accept, with as little lost as it takes.
 *
 * @param crashes the crashes on the way, the last one right before the failing check
 * @param acknowledged what had been acknowledged before the last crash
 * @param cause what the check threw
 * @param report all of it, for people
 */
public record CrashFailure(
    List<Crash> crashes, List<String> acknowledged, Throwable cause, String report) {

  /**
   * One crash.
   *
   * @param event the number of the last event before it, 0 if there was none
   * @param description that event, with its thread and its place in the source
   * @param lost what was in doubt and is lost: file, offset, how it was stored and where
   */
  public record Crash(int event, String description, List<String> lost) {}

  /** {@return the report} */
  @Override
  public String toString() {
    return report;
  }
}
