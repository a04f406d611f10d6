package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.medium.Steps;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import io.holdfast.crash.internal.model.InDoubt;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.StateSpace;
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
 * @param schedule which of the program's runs it was, empty if there is but one
 * @param steps which of them belong together
 */
record Trail(
    @Nullable Crash before,
    MediumImage start,
    List<String> acknowledged,
    List<Event> events,
    String schedule,
    Steps steps) {

  /** {@return the way of a recovery, which has no schedule and no steps} */
  static Trail ofRecovery(
      Crash before, MediumImage start, List<String> acknowledged, List<Event> events) {
    return new Trail(before, start, acknowledged, events, "", Steps.NONE);
  }

  /** {@return a number that tells a fingerprint from most others} */
  static int hash(Fingerprint found) {
    return Long.hashCode(found.high() * 31 + found.low());
  }

  Tally.Of whose() {
    return before == null ? Tally.Of.RUN : Tally.Of.RECOVERY;
  }

  /** How a crash ended a run. */
  enum Kind {
    POWER_FAILURE,
    KILL
  }

  /**
   * The end of a run after its first {@code point} events.
   *
   * @param space in what states it may have left the medium; of a power failure to be used until
   *     the model that it is of gets its next event, of a kill not at all
   * @param state in which it has; of a kill the numbers of the pieces of the last event that it had
   *     not come to
   * @param found stands for what it has left and for what had been acknowledged
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  record Crash(
      Trail trail, int point, Kind kind, StateSpace space, int[] state, Fingerprint found) {

    /** {@return what is lost} */
    List<InDoubt> lost() {
      return kind == Kind.KILL ? List.of() : space.lost(state);
    }

    /** {@return a number that tells what this crash has left from most else} */
    int hash() {
      return Trail.hash(found);
    }

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
