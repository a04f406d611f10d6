package io.holdfast.crash;

import io.holdfast.crash.internal.files.MediumProvider;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A medium in memory: a file system of its own, never the host's, whose files are mapped with the
 * granularity it was made with. Every folder exists, except for programs that use it as a
 * {@linkplain #fileSystem file system} of {@code java.nio.file}.
 *
 * <p>By itself it never crashes. {@link CrashExploration} records what a program does to it and
 * makes further media of what a power failure could have left. What was handed out by a medium may
 * be used only until the workload or check that was given the medium has returned.
 *
 * <p>May be shared between threads, whose stores and calls get one order.
 */
public abstract class SimulatedMedium extends Medium {
  private volatile @Nullable FileSystem fileSystem;

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
   * Returns the files of this medium to programs that know nothing of media: a file system of
   * {@code java.nio.file} whose paths can be given to whatever takes a {@link Path}.
   *
   * <p>Its calls have the results and exceptions of the host's own. What is written is durable
   * after {@code force}, or on return where the file was opened with {@code DSYNC} or {@code SYNC};
   * the making, renaming and removing of files and folders after {@code force} on a channel to the
   * folder, opened for reading: {@code FileChannel.open(folder, READ).force(true)}. A move with
   * {@code REPLACE_EXISTING} is two calls, as it is on the host, unless it is {@code ATOMIC_MOVE}.
   * There are no symbolic links, no watch services and no writable mappings of file channels, and
   * {@link java.io.File} cannot see it; each says so. An interrupt closes no channel, and {@code
   * a/../b} is {@code b} whether or not there is an {@code a}. Folders exist if they were made,
   * unlike for {@link #open}, {@link #create} and {@link #rename}. Times and permissions do not
   * survive a crash.
   *
   * @return the file system, always the same; to be used until the workload or check that was given
   *     the medium has returned
   */
  public final FileSystem fileSystem() {
    FileSystem known = fileSystem;
    if (known == null) {
      synchronized (this) {
        known = fileSystem;
        if (known == null) {
          known = MediumProvider.of(this);
          fileSystem = known;
        }
      }
    }
    return known;
  }

  /**
   * {@return the folder that everything on this medium lies in, as a path of {@link #fileSystem}}
   */
  public final Path folder() {
    return fileSystem().getPath("/");
  }

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
