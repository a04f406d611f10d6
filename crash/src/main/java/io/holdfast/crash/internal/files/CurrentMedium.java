package io.holdfast.crash.internal.files;

import io.holdfast.crash.SimulatedMedium;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which medium the running program has, for paths that do not say it.
 *
 * <p>A thread has the medium of the run that it is in, or in which it was started. One that was
 * started before all runs has the medium of the only run there is. A thread that outlives its run
 * keeps that run's medium, which refuses it: otherwise it would write to another crash's.
 */
public final class CurrentMedium {
  private static final InheritableThreadLocal<@Nullable SimulatedMedium> OWN =
      new InheritableThreadLocal<>();
  private static final Set<SimulatedMedium> RUNNING = new LinkedHashSet<>();

  private CurrentMedium() {}

  /** The time of one run. */
  public static final class Scope implements AutoCloseable {
    private final SimulatedMedium medium;
    private final @Nullable SimulatedMedium before;

    private Scope(SimulatedMedium medium, @Nullable SimulatedMedium before) {
      this.medium = medium;
      this.before = before;
    }

    @Override
    public void close() {
      if (before == null) {
        OWN.remove();
      } else {
        OWN.set(before);
      }
      synchronized (RUNNING) {
        RUNNING.remove(medium);
      }
    }
  }

  /** Begins a run on {@code medium} in this thread, which ends it by closing what is returned. */
  public static Scope enter(SimulatedMedium medium) {
    Scope scope = new Scope(medium, OWN.get());
    OWN.set(medium);
    synchronized (RUNNING) {
      RUNNING.add(medium);
    }
    return scope;
  }

  /**
   * {@return the medium that a path belongs to if this thread uses it}
   *
   * @throws IllegalStateException if no run is known that this thread could belong to
   */
  static SimulatedMedium of(Object path) {
    SimulatedMedium own = OWN.get();
    if (own != null) {
      return own;
    }
    synchronized (RUNNING) {
      if (RUNNING.size() == 1) {
        return RUNNING.iterator().next();
      }
      throw new IllegalStateException(
          "%s: a simulated path, and %s"
              .formatted(
                  path,
                  RUNNING.isEmpty()
                      ? "no exploration is running that it could belong to"
                      : RUNNING.size()
                          + " explorations are running, of which none has started thread "
                          + Thread.currentThread().getName()));
    }
  }
}
