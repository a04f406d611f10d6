package io.holdfast.crash;

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
record CheckRun(@Nullable String outcome, @Nullable Throwable failure, List<Event> events) {

  /** Runs a check on what a crash has left. */
  static CheckRun of(
      Check check,
      Granularity granularity,
      MediumImage image,
      List<String> acknowledged,
      WindowPool pool,
      @Nullable Recorder recorder) {
    SimulatedMedium medium = SimulatedMedium.of(granularity, image, pool, recorder);
    String outcome = null;
    Throwable failure = null;
    try {
      outcome = check.check(medium, new RunLog(recorder, acknowledged));
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
