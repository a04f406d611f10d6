package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.report.Timeline;
import java.util.Collections;
import java.util.List;

/**
 * Prepares a medium, takes the recorded runs that start from it, has each of them {@linkplain
 * CrashSearch crashed}, and reports.
 */
public final class Explorer {
  private final Settings settings;
  private final RunSource source;
  private long checked;

  /** Explores the one run of the settings' workload. */
  public Explorer(Settings settings) {
    this(settings, new ScheduledRuns(settings));
  }

  /** Explores the runs of a source. */
  public Explorer(Settings settings, RunSource source) {
    this.settings = settings;
    this.source = source;
  }

  public CrashReport explore() {
    WindowPool pool = new WindowPool();
    CrashSearch search = new CrashSearch(settings, pool);
    MediumImage prepared = prepare(settings);
    Timeline shown = null;
    RecordedRun failing = null;
    List<CrashFailure> failures = search.failures();
    Diagnoses diagnoses = new Diagnoses();
    OutcomeGroups outcomes = new OutcomeGroups();
    int events = 0;
    while (search.wantsMore() || events == 0) {
      long runsLeft = Math.max(1, source.runsLeft());
      RecordedRun run = source.next(prepared, pool);
      if (run == null) {
        break;
      }
      events += run.events().size();
      diagnoses.add(
          Diagnosis.of(settings.granularity(), settings.reporting(), prepared, run.events()));
      Timeline timeline = new Timeline(prepared, run.events(), run.steps());
      int failed = failures.size();
      search.explore(prepared, run, runsLeft, outcomes, timeline);
      boolean fails = failed == 0 && !failures.isEmpty();
      if (shown == null || fails) {
        shown = timeline; // that of the first run, or of the first that has failed
      }
      failing = fails ? run : failing;
    }
    Tally tally = search.tally();
    if (source.runsLeft() > 0) {
      tally.sample(Tally.Of.RUN);
      tally.sample(Tally.Of.RECOVERY);
    }
    checked = tally.checked();
    if (failing != null) {
      reduce(failures, failing);
    }
    return new CrashReport(
        settings.reporting().name(),
        settings.granularity(),
        settings.seed(),
        events,
        tally.checked(Tally.Of.RUN),
        tally.checked(Tally.Of.RECOVERY),
        tally.coverage(Tally.Of.RUN),
        tally.coverage(Tally.Of.RECOVERY),
        tally.existing(Tally.Of.RUN),
        tally.existing(Tally.Of.RECOVERY),
        search.forgotten(),
        source.schedules(),
        outcomes.all(),
        failures,
        diagnoses.findings(),
        diagnoses.suppressions(),
        shown == null ? List.of() : Collections.unmodifiableList(shown));
  }

  /** Replaces the first failure by one of fewer steps, if a run without the others fails too. */
  private void reduce(List<CrashFailure> failures, RecordedRun failing) {
    if (settings.failing() == Settings.Failing.MINIMIZED
        && settings.withoutSteps().isEmpty()
        && failing.name().isEmpty()) {
      StepReduction.of(settings, failing, failures.getFirst(), checked)
          .ifPresent(reduced -> failures.set(0, reduced));
    }
  }

  /** {@return how many states the exploration has checked} */
  long checked() {
    return checked;
  }

  /** {@return what every run starts from} */
  static MediumImage prepare(Settings settings) {
    Simulation medium = Simulation.of(settings.granularity(), settings.fileSystem());
    ScheduledRuns.run(
        "preparation", settings.preparation(), medium, new RecordedLog(null, List.of()));
    return medium.image();
  }
}
