package io.holdfast.crash;

import io.holdfast.crash.internal.report.HtmlReport;
import io.holdfast.crash.internal.report.JsonReport;
import io.holdfast.crash.internal.report.Summary;
import io.holdfast.crash.internal.report.WholeFile;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;

/**
 * What an exploration has found. Immutable.
 *
 * @param name what the exploration is {@linkplain CrashExploration#named called}, empty for nothing
 * @param granularity the granularity of the explored medium
 * @param seed what random choices were made from
 * @param events how many events the run had
 * @param states how many different states of the crashed run were checked
 * @param recoveryStates how many states of crashed recoveries were checked
 * @param coverage whether all states of the crashed run were checked
 * @param recoveryCoverage whether all states of crashed recoveries were checked
 * @param existingStates how many states there are of the crashed run: exactly those checked if all
 *     were, otherwise about
 * @param existingRecoveryStates how many states there are of the crashed recoveries, counted for
 *     those recoveries that began in a checked state
 * @param forgottenStates how many checked states were too many to be {@linkplain
 *     CrashExploration#rememberAtMost remembered}, and may therefore have been counted more than
 *     once
 * @param schedules how many schedules the runs were, of a program with threads that take turns
 * @param outcomes the outcomes by event; of several schedules, after so many events of any
 * @param failures the crashes that the check does not accept
 * @param diagnosis what looks wrong or wasted in the run without any crash, and is not suppressed
 * @param suppressions what was {@linkplain CrashExploration#suppress suppressed}, and why
 * @param timeline the start of the run and its events, in order
 */
public record CrashReport(
    String name,
    Granularity granularity,
    long seed,
    int events,
    long states,
    long recoveryStates,
    Coverage coverage,
    Coverage recoveryCoverage,
    BigInteger existingStates,
    BigInteger existingRecoveryStates,
    long forgottenStates,
    Schedules schedules,
    List<OutcomeGroup> outcomes,
    List<CrashFailure> failures,
    List<Finding> diagnosis,
    List<Suppression> suppressions,
    List<ExploredEvent> timeline) {

  /** Above this, estimates are told as powers of ten. */
  private static final BigInteger LARGEST_NUMBER = BigInteger.valueOf(1_000_000);

  /** How many of the states were checked. */
  public enum Coverage {
    /** All of them. */
    EXHAUSTIVE,
    /** A selection. */
    SAMPLED
  }

  /**
   * In how many ways threads took turns, of a program whose threads ran {@linkplain RunLog#together
   * together}.
   *
   * @param explored how many schedules were explored; 0 if no threads ran together
   * @param known how many there are within the bounds; at least so many if not all were explored
   * @param preemptionsAtMost how often a schedule took the turn from a thread that could go on
   * @param diverged how many runs did not do what they had done before under the same schedule, and
   *     were explored as they were
   * @param difference in what two runs of the same schedule differed; empty if in nothing
   */
  public record Schedules(
      long explored, long known, int preemptionsAtMost, long diverged, String difference) {
    /** Of a program whose threads did not run together. */
    public static final Schedules NONE = new Schedules(0, 0, 0, 0, "");

    /** {@return "612 of 612 schedules with at most 2 preemptions"} */
    @Override
    public String toString() {
      StringBuilder text =
          new StringBuilder(
              "%,d of %s%,d schedules with at most %d preemption%s"
                  .formatted(
                      explored,
                      known > explored ? "at least " : "",
                      known,
                      preemptionsAtMost,
                      preemptionsAtMost == 1 ? "" : "s"));
      if (!difference.isEmpty()) {
        text.append("; the program does not do the same each time: ").append(difference);
      } else if (diverged > 0) {
        text.append(
            "; %,d of them did not do what they had done before under the same schedule"
                .formatted(diverged));
      }
      return text.toString();
    }
  }

  /** Makes the lists unmodifiable; the timeline is expected to be so, since it may be a view. */
  public CrashReport {
    outcomes = List.copyOf(outcomes);
    failures = List.copyOf(failures);
    diagnosis = List.copyOf(diagnosis);
    suppressions = List.copyOf(suppressions);
  }

  /**
   * Returns if no crash broke the check.
   *
   * @return this report
   * @throws AssertionError if there are failures; its first lines say what happened, what was
   *     missing, and how to see it again, the others which crash broke the check, with as little
   *     lost as it takes
   */
  public CrashReport assertConsistent() {
    if (!failures.isEmpty()) {
      CrashFailure first = failures.getFirst();
      StringBuilder text = new StringBuilder(name.isEmpty() ? "" : name + ": ");
      text.append(Summary.of(first)).append(System.lineSeparator()).append(figures());
      for (CrashFailure failure : failures) {
        text.append(System.lineSeparator()).append(System.lineSeparator()).append(failure);
      }
      throw new AssertionError(text.toString(), first.cause());
    }
    return this;
  }

  /**
   * Returns if the run is free of findings other than those suppressed.
   *
   * @return this report
   * @throws AssertionError if there are findings; it lists them
   */
  public CrashReport assertNoFindings() {
    if (!diagnosis.isEmpty()) {
      StringBuilder text =
          new StringBuilder(
              diagnosis.size() == 1 ? "1 finding" : "%d findings".formatted(diagnosis.size()));
      diagnosis.forEach(finding -> text.append(System.lineSeparator()).append(finding));
      unusedSuppressions(text);
      throw new AssertionError(text.toString());
    }
    return this;
  }

  /**
   * {@return how many of the crashed run's states were checked: "412,880 of 412,880 states", or
   * "sampled 50,000 of about 10^9 states"}
   */
  public String coverageInWords() {
    return words(states, existingStates, coverage) + " states";
  }

  /** {@return the same of the states of crashed recoveries, without the word} */
  public String recoveryCoverageInWords() {
    return words(recoveryStates, existingRecoveryStates, recoveryCoverage);
  }

  private static String words(long checked, BigInteger existing, Coverage coverage) {
    if (coverage == Coverage.EXHAUSTIVE) {
      return "%,d of %,d".formatted(checked, existing);
    }
    return existing.compareTo(LARGEST_NUMBER) <= 0
        ? "sampled %,d of about %,d".formatted(checked, existing)
        : "sampled %,d of about 10^%d".formatted(checked, Math.round(log10(existing)));
  }

  private static double log10(BigInteger number) {
    int shift = Math.max(0, number.bitLength() - Long.SIZE + 1);
    return Math.log10(number.shiftRight(shift).doubleValue()) + shift * Math.log10(2);
  }

  /**
   * Writes the report as one HTML page that needs nothing else: what happened, the failures with
   * what was lost, the findings, the outcomes, and a timeline of all events. A file of that name is
   * replaced, as a whole or not at all.
   *
   * @param file the file
   * @throws IOException if it cannot be written
   */
  public void writeHtml(Path file) throws IOException {
    WholeFile.write(file, out -> HtmlReport.write(this, out));
  }

  /**
   * Writes all of the report as one JSON object in UTF-8. A file of that name is replaced, as a
   * whole or not at all.
   *
   * <p>Its members are named as the components of this record, and those of the objects in it as
   * the components of theirs. Besides there are {@code "format": "holdfast-crash-report/1"}, {@code
   * consistent} (whether there are no failures), {@code coverageInWords}, and {@code stacks}: of an
   * element of {@code timeline}, {@code stack} is the index of its stack in that list, since most
   * are shared. A stack is a list of frames as strings, innermost call first. Enumeration constants
   * are their names. A failure's {@code cause} has {@code type}, {@code message} and {@code stack}.
   * While the format is 1 members may be added, but none goes or changes its meaning.
   *
   * @param file the file
   * @throws IOException if it cannot be written
   */
  public void writeJson(Path file) throws IOException {
    WholeFile.write(file, out -> JsonReport.write(this, out));
  }

  /** {@return one line of figures, one for each group of outcomes, and the failures} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name.isEmpty() ? "" : name + ": ").append(figures());
    for (OutcomeGroup group : outcomes) {
      text.append(System.lineSeparator()).append(group);
    }
    unusedSuppressions(text);
    for (CrashFailure failure : failures) {
      text.append(System.lineSeparator()).append(System.lineSeparator()).append(failure);
    }
    return text.toString();
  }

  /** {@return what was explored, and how much of it; of threads that took turns in two lines} */
  private String figures() {
    return "%s, %,d events, %s, %s in recovery, seed %d%s%s"
        .formatted(
            granularity,
            events,
            coverageInWords(),
            recoveryCoverageInWords(),
            seed,
            forgottenStates == 0
                ? ""
                : "; %,d states were too many to be remembered and may be counted twice"
                    .formatted(forgottenStates),
            schedules.explored() == 0 ? "" : System.lineSeparator() + schedules);
  }

  private void unusedSuppressions(StringBuilder text) {
    for (Suppression suppression : suppressions) {
      if (suppression.findings().isEmpty()) {
        text.append(System.lineSeparator()).append(suppression);
      }
    }
  }
}
