package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Check;
import io.holdfast.crash.Engine;
import io.holdfast.crash.FileSystemModel;
import io.holdfast.crash.Progress;
import io.holdfast.crash.Workload;
import io.holdfast.crash.internal.report.Reporting;
import io.holdfast.crash.internal.schedule.ScheduleBounds;
import io.holdfast.pmem.Granularity;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Consumer;

/**
 * What an exploration does, and how much of it.
 *
 * @param withoutSteps the numbers of the run's steps that are left out
 */
public record Settings(
    Granularity granularity,
    Workload preparation,
    Workload workload,
    Check check,
    Engine engine,
    Map<String, Engine> regionEngines,
    long exhaustiveUpTo,
    int samples,
    int recoverySamples,
    int crashesInRecovery,
    Kills kills,
    long seed,
    long maxStates,
    int maxFailures,
    long rememberedStates,
    ScheduleBounds bounds,
    Consumer<Progress> progress,
    Reporting reporting,
    SortedSet<Integer> withoutSteps,
    Failing failing,
    FileSystemModel fileSystem) {

  /** What is done about a failure. */
  public enum Failing {
    /** It is made as small as can be, and put into words. */
    MINIMIZED,
    /** It is only noted. */
    NOTED
  }

  /** {@return the same for a run without some of its steps, to see whether it fails} */
  Settings without(SortedSet<Integer> steps, long states, Failing noted) {
    return new Settings(
        granularity,
        preparation,
        workload,
        check,
        engine,
        regionEngines,
        exhaustiveUpTo,
        samples,
        recoverySamples,
        crashesInRecovery,
        kills,
        seed,
        states,
        1,
        rememberedStates,
        bounds,
        _ -> {},
        reporting,
        steps,
        noted,
        fileSystem);
  }

  /** Whether killed processes are explored besides power failures. */
  public enum Kills {
    EXPLORED,
    OFF
  }
}
