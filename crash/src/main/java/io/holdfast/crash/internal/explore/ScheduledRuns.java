package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.RunLog;
import io.holdfast.crash.Workload;
import io.holdfast.crash.internal.files.CurrentMedium;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.schedule.Footprint;
import io.holdfast.crash.internal.schedule.Schedule;
import io.holdfast.crash.internal.schedule.ScheduleTree;
import io.holdfast.crash.internal.schedule.Scheduler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workload run once, or if it has threads that take turns, once for each schedule within the
 * settings' bounds.
 */
final class ScheduledRuns implements RunSource {
  private final Settings settings;
  private final ScheduleTree tree;
  private boolean scheduled;
  private String differs = "";

  ScheduledRuns(Settings settings) {
    this.settings = settings;
    tree = new ScheduleTree(settings.bounds());
  }

  /** Gives the one run of a schedule, as {@link RecordedRun#name} names it. */
  ScheduledRuns(Settings settings, String schedule) {
    this.settings = settings;
    tree = ScheduleTree.only(schedule.isEmpty() ? Schedule.STRAIGHT : Schedule.parse(schedule));
  }

  @Override
  public @Nullable RecordedRun next(MediumImage prepared, WindowPool pool) {
    Schedule schedule = tree.next();
    if (schedule == null) {
      return null;
    }
    Scheduler scheduler = new Scheduler(schedule, settings.bounds().switches());
    Recorder recorded = record(scheduler, prepared, pool);
    if (scheduler.isUsed() && !scheduled) {
      scheduled = true;
      Scheduler again = new Scheduler(schedule, settings.bounds().switches());
      differs = difference(recorded.events(), record(again, prepared, pool).events());
    }
    tree.ran(scheduler);
    return new RecordedRun(
        scheduler.isUsed() ? schedule.toString() : "", recorded.events(), recorded.steps());
  }

  private Recorder record(Scheduler scheduler, MediumImage prepared, WindowPool pool) {
    Recorder recorder = new Recorder(Recorder.Traces.KEPT, scheduler);
    Simulation medium = Simulation.of(settings.granularity(), prepared, pool, recorder);
    RecordedLog log = new RecordedLog(recorder, List.of(), settings.withoutSteps());
    try {
      run("workload", settings.workload(), medium, log);
    } catch (AssertionError e) {
      throw scheduler.isUsed()
          ? new AssertionError(
              "%s; the schedule was %s".formatted(e.getMessage(), scheduler.schedule()),
              e.getCause())
          : e;
    }
    return recorder;
  }

  /** {@return in what two runs of one schedule differ, empty if in nothing} */
  private static String difference(List<Event> one, List<Event> other) {
    for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
      Event first = i < one.size() ? one.get(i) : null;
      Event second = i < other.size() ? other.get(i) : null;
      if (!step(first).equals(step(second))) {
        return "event %d was %s, and when run again %s"
            .formatted(i + 1, describe(first), describe(second));
      }
    }
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).describe().equals(other.get(i).describe())) {
        return "the bytes of event %d, %s".formatted(i + 1, describe(one.get(i)));
      }
    }
    return "";
  }

  private static String step(@Nullable Event event) {
    return event == null ? "" : Footprint.step(event) + event.origin().thread();
  }

  private static String describe(@Nullable Event event) {
    return event == null ? "the end" : event.describe() + " by " + event.origin().thread();
  }

  @Override
  public long runsLeft() {
    return tree.left();
  }

  @Override
  public CrashReport.Schedules schedules() {
    return scheduled
        ? new CrashReport.Schedules(
            tree.explored(),
            tree.known(),
            settings.bounds().preemptionsAtMost(),
            tree.diverged(),
            differs)
        : CrashReport.Schedules.NONE;
  }

  /** Runs what must not fail while nothing crashes. */
  static void run(String what, Workload workload, Simulation medium, RunLog log) {
    try (CurrentMedium.Scope _ = CurrentMedium.enter(medium)) {
      workload.run(medium, log);
    } catch (OutOfMemoryError e) {
      throw e; // of the exploration as a whole
    } catch (Throwable e) {
      throw new AssertionError("the %s failed without any crash: %s".formatted(what, e), e);
    } finally {
      medium.discard();
    }
  }
}
