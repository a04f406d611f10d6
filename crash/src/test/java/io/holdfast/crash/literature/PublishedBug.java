package io.holdfast.crash.literature;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A crash bug of published software, told as a small program of our own, in two versions: with the
 * bug, which the exploration must fail for the reason stated, and with the fix, which must pass in
 * every state there is.
 *
 * <p>To add one: extend {@link MappedBug} or {@link FileBug}, say with {@link Published} where the
 * bug is from, and give it a row in docs/crash.md. The two versions differ in as little as the real
 * fix did.
 */
abstract class PublishedBug {
  static final Path FOLDER = Path.of("/simulated");

  /** More than any of the states of a fixed program after one event, also of its recovery. */
  private static final int ALL_STATES = 1 << 16;

  /** Which of the two is run. */
  enum Version {
    BUGGY,
    FIXED
  }

  /**
   * What the exploration must say.
   *
   * @param scene where the failing state comes from: a method or an event that the report names for
   *     something that is lost or, if nothing is, for the last event before the power fails
   * @param complaint what the check says
   * @param outcome what the check returns when the fixed version has run to its end
   */
  record Expected(String scene, String complaint, String outcome) {}

  abstract Expected expected();

  abstract Granularity granularity();

  /** Makes what is there, durably, before the program is run. */
  abstract void prepare(SimulatedMedium medium) throws Exception;

  abstract void run(SimulatedMedium medium, RunLog log, Version version) throws Exception;

  /** Recovers, and judges what is left. */
  abstract String check(SimulatedMedium medium, RunLog log, Version version) throws Exception;

  /** The check's complaints, in words that {@link Expected#complaint} repeats. */
  static void require(boolean holds, String complaint) {
    if (!holds) {
      throw new AssertionError(complaint);
    }
  }

  /** No test without a crash would find the bug. */
  @Test
  final void bug_notCrashed_isNotSeen() {
    exploration(Version.BUGGY)
        .run(
            (medium, log) -> {
              run(medium, log, Version.BUGGY);
              var _ = check(medium, log, Version.BUGGY);
            })
        .check((_, _) -> "not looked at")
        .statesAtMost(1)
        .explore();
  }

  @Test
  final void bug_crashed_isFoundForTheReasonStated() {
    CrashReport report = exploration(Version.BUGGY).explore();

    assertThat(report.failures()).hasSize(1);
    CrashFailure failure = report.failures().getFirst();
    assertThat(failure.cause()).as(failure.report()).hasMessageContaining(expected().complaint());
    assertThat(scene(failure)).as(failure.report()).contains(expected().scene());
  }

  @Test
  final void fix_crashedInEveryWay_passes() {
    CrashReport report = exploration(Version.FIXED).explore().assertConsistent();

    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
    assertThat(report.recoveryCoverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
    assertThat(report.schedules().explored()).isEqualTo(report.schedules().known());
    assertThat(report.schedules().diverged()).isZero();
    assertThat(report.outcomes().getLast().states()).containsKey(expected().outcome());
  }

  private CrashExploration exploration(Version version) {
    return CrashExploration.of(granularity())
        .exhaustiveUpTo(ALL_STATES)
        .samplesInRecovery(ALL_STATES)
        .prepare((medium, _) -> prepare(medium))
        .run((medium, log) -> run(medium, log, version))
        .check((medium, log) -> check(medium, log, version));
  }

  /** What was lost in any of the crashes, and where they happened if nothing was. */
  private static String scene(CrashFailure failure) {
    String lost =
        failure.crashes().stream()
            .flatMap(crash -> crash.lost().stream())
            .collect(Collectors.joining("\n"));
    return lost.isEmpty() ? failure.crashes().getLast().description() : lost;
  }
}
