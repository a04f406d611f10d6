package io.holdfast.crash;

import io.holdfast.pmem.Granularity;
import java.util.List;

/**
 * What an exploration has found. Immutable.
 *
 * @param granularity the granularity of the explored medium
 * @param seed what random choices were made from
 * @param events how many events the run had
 * @param states how many different states of the crashed run were checked
 * @param recoveryStates how many states of crashed recoveries were checked
 * @param coverage whether all states of the crashed run were checked
 * @param recoveryCoverage whether all states of crashed recoveries were checked
 * @param outcomes the outcomes by event
 * @param failures the crashes that the check does not accept
 * @param diagnosis what looks wrong or wasted in the run without any crash
 */
public record CrashReport(
    Granularity granularity,
    long seed,
    int events,
    long states,
    long recoveryStates,
    Coverage coverage,
    Coverage recoveryCoverage,
    List<OutcomeGroup> outcomes,
    List<CrashFailure> failures,
    List<Finding> diagnosis) {

  /** How many of the states were checked. */
  public enum Coverage {
    /** All of them. */
    EXHAUSTIVE("all"),
    /** A selection. */
    SAMPLED("sampled");

    private final String words;

    Coverage(String words) {
      this.words = words;
    }
  }

  /** Makes the lists unmodifiable. */
  public CrashReport {
    outcomes = List.copyOf(outcomes);
    failures = List.copyOf(failures);
    diagnosis = List.copyOf(diagnosis);
  }

  /**
   * Returns if no crash broke the check.
   *
   * @return this report
   * @throws AssertionError if there are failures; it says which crash broke the check, with as
   *     little lost as it takes
   */
  public CrashReport assertConsistent() {
    if (!failures.isEmpty()) {
      throw new AssertionError(toString(), failures.getFirst().cause());
    }
    return this;
  }

  /**
   * Returns if the run is free of findings.
   *
   * @return this report
   * @throws AssertionError if there are findings; it lists them
   */
  public CrashReport assertNoFindings() {
    if (!diagnosis.isEmpty()) {
      StringBuilder text = new StringBuilder("%d findings".formatted(diagnosis.size()));
      diagnosis.forEach(finding -> text.append(System.lineSeparator()).append(finding));
      throw new AssertionError(text.toString());
    }
    return this;
  }

  /** {@return one line of figures, one for each group of outcomes, and the failures} */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            "%s, %d events, %d states (%s), %d in recovery (%s), seed %d"
                .formatted(
                    granularity,
                    events,
                    states,
                    coverage.words,
                    recoveryStates,
                    recoveryCoverage.words,
                    seed));
    for (OutcomeGroup group : outcomes) {
      text.append(System.lineSeparator()).append(group);
    }
    for (CrashFailure failure : failures) {
      text.append(System.lineSeparator()).append(System.lineSeparator()).append(failure);
    }
    return text.toString();
  }
}
