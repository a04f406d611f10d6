package io.holdfast.crash.internal.explore;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.Workload;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The workload run once, with its threads as they come. */
final class SingleRun implements RunSource {
  private final Settings settings;
  private boolean over;

  SingleRun(Settings settings) {
    this.settings = settings;
  }

  @Override
  public @Nullable RecordedRun next(MediumImage prepared, WindowPool pool) {
    if (over) {
      return null;
    }
    over = true;
    Recorder recorder = new Recorder(Recorder.Traces.KEPT);
    Simulation medium = Simulation.of(settings.granularity(), prepared, pool, recorder);
    RecordedLog log = new RecordedLog(recorder, List.of(), settings.withoutSteps());
    run("workload", settings.workload(), medium, log);
    return new RecordedRun("", recorder.events(), recorder.steps());
  }

  @Override
  public long runsLeft() {
    return over ? 0 : 1;
  }

  /** Runs what must not fail while nothing crashes. */
  static void run(String what, Workload workload, Simulation medium, RunLog log) {
    try {
      workload.run(medium, log);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("the %s failed without any crash: %s".formatted(what, e), e);
    } finally {
      medium.discard();
    }
  }
}
