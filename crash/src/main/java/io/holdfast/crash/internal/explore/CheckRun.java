package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Check;
import io.holdfast.crash.internal.files.CurrentMedium;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.pmem.Granularity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a check.
 *
 * @param outcome what it returned, {@code null} if it failed
 * @param failure what it threw, {@code null} if it returned
 * @param events what it did, if that was recorded
 */
public record CheckRun(@Nullable String outcome, @Nullable Throwable failure, List<Event> events) {

  /** Runs a check on what a crash has left. */
  public static CheckRun of(
      Check check,
      Granularity granularity,
      MediumImage image,
      List<String> acknowledged,
      WindowPool pool,
      @Nullable Recorder recorder) {
    Simulation medium = Simulation.of(granularity, image, pool, recorder);
    String outcome = null;
    Throwable failure = null;
    try (CurrentMedium.Scope _ = CurrentMedium.enter(medium)) {
      outcome = check.check(medium, new RecordedLog(recorder, acknowledged));
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) {
      failure = e;
    } finally {
      medium.discard();
    }
    return new CheckRun(outcome, failure, recorder == null ? List.of() : recorder.events());
  }
}
