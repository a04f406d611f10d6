package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashReport;
import java.math.BigInteger;

/**
 * How many states have been checked, of how many there are: those of crashed runs and those of
 * crashed recoveries.
 */
final class Tally {
  /** Whose states they are. */
  enum Of {
    RUN,
    RECOVERY
  }

  /** Figures of one of the two. */
  private static final class Figures {
    private long checked;
    private BigInteger existing = BigInteger.ZERO;
    private boolean sampled;
  }

  private final Figures run = new Figures();
  private final Figures recovery = new Figures();

  private Figures figures(Of whose) {
    return whose == Of.RUN ? run : recovery;
  }

  /** Counts a state that is being checked. */
  void check(Of whose) {
    figures(whose).checked++;
  }

  /** Adds states that exist, checked or not. */
  void exist(Of whose, BigInteger states) {
    Figures figures = figures(whose);
    figures.existing = figures.existing.add(states);
  }

  /** Notes that not all states are checked. */
  void sample(Of whose) {
    figures(whose).sampled = true;
  }

  long checked(Of whose) {
    return figures(whose).checked;
  }

  /** {@return how many states have been checked in all} */
  long checked() {
    return run.checked + recovery.checked;
  }

  /** {@return how many states there are; exactly the checked ones if none was left out} */
  BigInteger existing(Of whose) {
    Figures figures = figures(whose);
    BigInteger checked = BigInteger.valueOf(figures.checked);
    return figures.sampled ? figures.existing.max(checked) : checked;
  }

  CrashReport.Coverage coverage(Of whose) {
    return figures(whose).sampled ? CrashReport.Coverage.SAMPLED : CrashReport.Coverage.EXHAUSTIVE;
  }
}
