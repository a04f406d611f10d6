package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.InDoubt;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way to a crash: what was running, how it ended, and what ran before it.
 *
 * @param before the crash from which the running program had started, {@code null} for the
 *     workload's own run
 * @param start what the program had found
 * @param acknowledged what had been acknowledged when it started
 * @param events what it did
 */
record Trail(
    @Nullable Crash before, MediumImage start, List<String> acknowledged, List<Event> events) {

  Tally.Of whose() {
    return before == null ? Tally.Of.RUN : Tally.Of.RECOVERY;
  }

  /** How a crash ended a run. */
  enum Kind {
    POWER_FAILURE,
    KILL
  }

  /** The end of a run after its first {@code point} events. */
  record Crash(Trail trail, int point, Kind kind, List<InDoubt> lost) {

    /** {@return the crashes on the way here, this one last} */
    List<Crash> all() {
      List<Crash> all = new ArrayList<>();
      for (Crash crash = this; crash != null; crash = crash.trail.before) {
        all.add(crash);
      }
      return all.reversed();
    }
  }
}
