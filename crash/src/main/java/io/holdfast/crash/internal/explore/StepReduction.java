package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fewest steps of a run with which a crash still breaks the check: delta debugging, the
 * ddmin of Zeller and Hildebrandt (Simplifying and Isolating Failure-Inducing Input, IEEE TSE
 * 2002).
 *
 * <p>A run without some of its steps counts as failing if a crash of it makes the check throw the
 * same class of exception as before, and if the check accepts what the whole run leaves without any
 * crash. The latter keeps out runs that fail only because the check misses what was left out.
 */
final class StepReduction {
  /** How many states may be checked besides, whatever the exploration itself took. */
  private static final long LEAST_STATES = 2000;

  /** Up to how many sets of steps are tried to prove that no smaller one will do. */
  private static final int MOST_SMALLER_SETS = 64;

  private final Settings settings;
  private final CrashFailure failure;
  private final long statesEach;
  private final boolean acceptedAtEnd;
  private long statesLeft;

  private StepReduction(Settings settings, CrashFailure failure, long checked) {
    this.settings = settings;
    this.failure = failure;
    statesEach = Math.max(LEAST_STATES, 2 * checked);
    statesLeft = 2 * statesEach;
    acceptedAtEnd = acceptsEnd(new TreeSet<>());
  }

  /**
   * {@return the failure with the fewest steps, if the run has steps and some can be left out}
   *
   * @param run the run that failed
   * @param checked how many states were checked until it had
   */
  static Optional<CrashFailure> of(
      Settings settings, RecordedRun run, CrashFailure failure, long checked) {
    int steps = run.steps().names().size();
    if (steps == 0) {
      return Optional.empty();
    }
    StepReduction reduction = new StepReduction(settings, failure, checked);
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      all.add(i);
    }
    List<Integer> kept = reduction.fewest(all);
    if (kept.size() == steps) {
      return Optional.empty();
    }
    Settings reduced =
        settings.without(without(all, kept), settings.maxStates(), Settings.Failing.MINIMIZED);
    return new Explorer(reduced).explore().failures().stream().findFirst();
  }

  private List<Integer> fewest(List<Integer> all) {
    List<Integer> kept = all;
    int parts = 2;
    if (fails(all, List.of())) {
      return List.of();
    }
    while (kept.size() >= 2) {
      List<Integer> smaller = smaller(all, kept, parts);
      if (smaller != null) {
        boolean part = smaller.size() <= (kept.size() + parts - 1) / parts;
        kept = smaller;
        parts = part ? 2 : Math.max(2, parts - 1);
      } else if (parts >= kept.size()) {
        break;
      } else {
        parts = Math.min(kept.size(), 2 * parts);
      }
    }
    return withFewer(all, kept);
  }

  /** {@return a part, or all but a part, of the steps that fails too, if there is one} */
  private @Nullable List<Integer> smaller(List<Integer> all, List<Integer> kept, int parts) {
    List<List<Integer>> cut = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      cut.add(kept.subList(kept.size() * i / parts, kept.size() * (i + 1) / parts));
    }
    for (List<Integer> part : cut) {
      if (fails(all, part)) {
        return part;
      }
    }
    for (List<Integer> part : cut) {
      List<Integer> rest = new ArrayList<>(kept);
      rest.removeAll(part);
      if (parts > 2 && fails(all, rest)) {
        return rest;
      }
    }
    return null;
  }

  /** What ddmin finds cannot spare any one step; here smaller sets of other steps are tried. */
  private List<Integer> withFewer(List<Integer> all, List<Integer> kept) {
    List<List<Integer>> sets = List.of(List.of());
    int tried = 0;
    for (int size = 1; size < kept.size(); size++) {
      List<List<Integer>> larger = new ArrayList<>();
      for (List<Integer> set : sets) {
        for (int next = set.isEmpty() ? 0 : set.getLast() + 1; next < all.size(); next++) {
          List<Integer> with = new ArrayList<>(set);
          with.add(next);
          larger.add(with);
          if (tried + larger.size() > MOST_SMALLER_SETS) {
            return kept;
          }
        }
      }
      for (List<Integer> set : larger) {
        tried++;
        if (fails(all, set)) {
          return set;
        }
      }
      sets = larger;
    }
    return kept;
  }

  private boolean fails(List<Integer> all, List<Integer> kept) {
    if (statesLeft <= 0) {
      return false;
    }
    SortedSet<Integer> without = without(all, kept);
    try {
      if (acceptedAtEnd && !acceptsEnd(without)) {
        return false;
      }
      Settings noted =
          settings.without(without, Math.min(statesEach, statesLeft), Settings.Failing.NOTED);
      Explorer explorer = new Explorer(noted);
      List<CrashFailure> failures = explorer.explore().failures();
      statesLeft -= explorer.checked();
      return !failures.isEmpty()
          && failures.getFirst().cause().getClass() == failure.cause().getClass();
    } catch (RuntimeException | AssertionError e) {
      return false; // a run that needs the steps that were left out proves nothing
    }
  }

  /** {@return whether the check accepts what the run leaves without any crash} */
  private boolean acceptsEnd(SortedSet<Integer> without) {
    Settings reduced = settings.without(without, 1, Settings.Failing.NOTED);
    WindowPool pool = new WindowPool();
    MediumImage prepared = Explorer.prepare(reduced);
    RecordedRun run = new ScheduledRuns(reduced).next(prepared, pool);
    if (run == null) {
      return false;
    }
    DurabilityModel model = new DurabilityModel(settings.granularity(), prepared);
    List<String> acknowledged = new ArrayList<>();
    for (Event event : run.events()) {
      model.apply(event);
      if (event instanceof Event.Acknowledge acknowledge) {
        acknowledged.add(acknowledge.what());
      }
    }
    Recorder none = null;
    return CheckRun.of(
                settings.check(), settings.granularity(), model.visible(), acknowledged, pool, none)
            .failure()
        == null;
  }

  private static SortedSet<Integer> without(List<Integer> all, List<Integer> kept) {
    TreeSet<Integer> without = new TreeSet<>(all);
    kept.forEach(without::remove);
    return without;
  }
}
