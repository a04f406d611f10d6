package io.holdfast.crash;

import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import java.nio.file.Path;
import java.util.List;

/**
 * A medium in memory: a file system of its own, never the host's, whose files are mapped with the
 * granularity it was made with. Every folder exists.
 *
 * <p>By itself it never crashes. {@link CrashExploration} records what a program does to it and
 * makes further media of what a power failure could have left. What was handed out by a medium may
 * be used only until the workload or check that was given the medium has returned.
 *
 * <p>May be shared between threads, whose stores and calls get one order.
 */
public abstract class SimulatedMedium extends Medium {

  /** For the one implementation. */
  protected SimulatedMedium() {}

  /**
   * Makes an empty medium.
   *
   * @param granularity the granularity of its shared mappings
   * @return the medium
   */
  public static SimulatedMedium of(Granularity granularity) {
    return Simulation.of(granularity);
  }

  /** {@return the granularity of shared mappings} */
  public abstract Granularity granularity();

  /** {@return the names of all files, in order} */
  public abstract List<Path> files();

  /**
   * Makes one call fail as a real medium may: allocations for lack of space, all others with an
   * input/output error. What a failed write, sync or flush was to cover is visible, and in doubt
   * until it is written again; other failed calls change nothing.
   *
   * @param operation the kind of call
   * @param call which of the calls from now on, counted from 1
   */
  public abstract void failAt(Operation operation, int call);

  /**
   * Limits the space for files: what would exceed it fails as on a full file system.
   *
   * @param bytes the sum of the sizes of all files that have a name
   */
  public abstract void limitSpace(long bytes);
}
