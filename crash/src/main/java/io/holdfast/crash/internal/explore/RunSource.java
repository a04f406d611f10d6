package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.MediumImage;
import org.jspecify.annotations.Nullable;

/**
 * Where the recorded runs of one program come from: one, or as many as there are ways to run it.
 * All start from the same medium, and a state that one of them has led to is not checked again for
 * another.
 */
public interface RunSource {

  /**
   * {@return the next run, {@code null} if there are no more}
   *
   * @param prepared what each run starts from
   * @param pool memory for the medium it runs on
   */
  public @Nullable RecordedRun next(MediumImage prepared, WindowPool pool);

  /** {@return how many runs are to come, about, for sharing out a limit} */
  public long runsLeft();

  /** {@return how many runs there have been, if they are schedules} */
  public CrashReport.Schedules schedules();
}
