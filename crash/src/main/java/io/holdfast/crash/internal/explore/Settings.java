package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Check;
import io.holdfast.crash.Progress;
import io.holdfast.crash.Workload;
import io.holdfast.pmem.Granularity;
import java.util.function.Consumer;

/** What an exploration does, and how much of it. */
public record Settings(
    Granularity granularity,
    Workload preparation,
    Workload workload,
    Check check,
    long exhaustiveUpTo,
    int samples,
    int recoverySamples,
    int crashesInRecovery,
    Kills kills,
    long seed,
    long maxStates,
    int maxFailures,
    Consumer<Progress> progress) {

  /** Whether killed processes are explored besides power failures. */
  public enum Kills {
    EXPLORED,
    OFF
  }
}
