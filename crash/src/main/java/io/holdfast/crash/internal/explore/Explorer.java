package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.List;

/**
 * Prepares a medium, takes the recorded runs that start from it, has each of them {@linkplain
 * CrashSearch crashed}, and reports.
 */
public final class Explorer {
  private final Settings settings;
  private final RunSource source;

  /** Explores the one run of the settings' workload. */
  public Explorer(Settings settings) {
    this(settings, new SingleRun(settings));
  }

  /** Explores the runs of a source. */
  public Explorer(Settings settings, RunSource source) {
    this.settings = settings;
    this.source = source;
  }

  public CrashReport explore() {
    WindowPool pool = new WindowPool();
    CrashSearch search = new CrashSearch(settings, pool);
    MediumImage prepared = prepare();
    List<Event> first = List.of();
    OutcomeGroups outcomes = new OutcomeGroups();
    int events = 0;
    while (true) {
      long runsLeft = Math.max(1, source.runsLeft());
      RecordedRun run = source.next(prepared, pool);
      if (run == null) {
        break;
      }
      if (events == 0) {
        first = run.events();
      }
      events += run.events().size();
      search.explore(prepared, run, runsLeft, outcomes);
    }
    Tally tally = search.tally();
    return new CrashReport(
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
        outcomes.all(),
        search.failures(),
        Diagnosis.of(settings.granularity(), prepared, first));
  }

  private MediumImage prepare() {
    Simulation medium = Simulation.of(settings.granularity());
    SingleRun.run("preparation", settings.preparation(), medium, new RecordedLog(null, List.of()));
    return medium.image();
  }
}
