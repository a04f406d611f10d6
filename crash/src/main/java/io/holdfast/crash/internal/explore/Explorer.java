package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.OutcomeGroup;
import io.holdfast.crash.Progress;
import io.holdfast.crash.RunLog;
import io.holdfast.crash.Workload;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import io.holdfast.crash.internal.model.InDoubt;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.StateSpace;
import io.holdfast.crash.internal.model.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the crash states of a recorded run, and through those of the recoveries that start
 * from them.
 *
 * <p>After each event that changes the {@linkplain StateSpace state space} it enumerates or samples
 * that space, runs the check on each state that it has not yet seen with the same acknowledgements,
 * and, as deep as it is told, replays what the check did to the medium in the same manner. What it
 * does depends on the run, the check and the seed alone.
 */
public final class Explorer {
  /**
   * What is known of a state that has been checked, and how many further crashes were explored from
   * it.
   */
  private record Seen(String outcome, int depth) {}

  private final Settings settings;
  private final WindowPool pool = new WindowPool();
  private final Map<Fingerprint, Seen> seen = new HashMap<>();

  /** One of each, since many states share few outcomes. */
  private final Map<Seen, Seen> outcomesSeen = new HashMap<>();

  private final List<CrashFailure> failures = new ArrayList<>();
  private final OutcomeGroups outcomes = new OutcomeGroups();
  private long states;
  private long recoveryStates;
  private long stopAt = Long.MAX_VALUE;
  private CrashReport.Coverage coverage = CrashReport.Coverage.EXHAUSTIVE;
  private CrashReport.Coverage recoveryCoverage = CrashReport.Coverage.EXHAUSTIVE;

  public Explorer(Settings settings) {
    this.settings = settings;
  }

  public CrashReport explore() {
    MediumImage prepared = prepare();
    List<Event> events = record(prepared);
    DurabilityModel model = new DurabilityModel(settings.granularity(), prepared);
    Trail trail = new Trail(null, prepared, List.of(), events);
    List<String> acknowledged = List.of();
    SortedMap<String, Long> found = new TreeMap<>();
    for (int point = 0; point <= events.size() && wantsMore(); point++) {
      Event event = point == 0 ? null : events.get(point - 1);
      DurabilityModel.Effect effect =
          event == null ? DurabilityModel.Effect.CHANGED : model.apply(event);
      acknowledged = with(acknowledged, event);
      settings.progress().accept(new Progress(point, events.size(), states + recoveryStates));
      if (effect == DurabilityModel.Effect.CHANGED) {
        found = new TreeMap<>();
        stopAt = allowance(events.size() + 1 - point);
        crash(model, trail, point, acknowledged, settings.crashesInRecovery(), found);
      }
      outcomes.add(point, found);
    }
    if (!wantsMore()) {
      coverage = CrashReport.Coverage.SAMPLED;
      recoveryCoverage = CrashReport.Coverage.SAMPLED;
    }
    return new CrashReport(
        settings.granularity(),
        settings.seed(),
        events.size(),
        states,
        recoveryStates,
        coverage,
        recoveryCoverage,
        outcomes.all(),
        failures,
        Diagnosis.of(settings.granularity(), prepared, events));
  }

  private MediumImage prepare() {
    Simulation medium = Simulation.of(settings.granularity());
    run("preparation", settings.preparation(), medium, new RecordedLog(null, List.of()));
    return medium.image();
  }

  private List<Event> record(MediumImage prepared) {
    Recorder recorder = new Recorder(Recorder.Traces.KEPT);
    Simulation medium = Simulation.of(settings.granularity(), prepared, pool, recorder);
    run("workload", settings.workload(), medium, new RecordedLog(recorder, List.of()));
    return recorder.events();
  }

  private static void run(String what, Workload workload, Simulation medium, RunLog log) {
    try {
      workload.run(medium, log);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("the %s failed without any crash: %s".formatted(what, e), e);
    } finally {
      medium.discard();
    }
  }

  /** {@return the number of states at which this event's share of what is left is used up} */
  private long allowance(int eventsLeft) {
    long used = states + recoveryStates;
    long left = settings.maxStates() - used;
    return settings.maxStates() == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : used + Math.max(1, left / eventsLeft);
  }

  private boolean wantsMore() {
    return failures.size() < settings.maxFailures()
        && states + recoveryStates < settings.maxStates();
  }

  /**
   * Crashes what {@code trail} ran after its first {@code point} events, of which {@code model} is
   * the outcome.
   */
  private void crash(
      DurabilityModel model,
      Trail trail,
      int point,
      List<String> acknowledged,
      int depth,
      Map<String, Long> found) {
    boolean top = trail.before() == null;
    StateSpace space = model.states();
    Fingerprint salt = Fingerprint.NONE;
    for (String what : acknowledged) {
      salt = salt.then(what);
    }
    Fingerprint key = salt;
    Random random =
        new Random(settings.seed() * 31 + Arrays.hashCode(new long[] {point, key.low(), depth}));
    Predicate<int[]> visitor =
        state -> visit(space, state, key, trail, point, acknowledged, depth, found);
    if (space.size() <= (top ? settings.exhaustiveUpTo() : settings.recoverySamples())) {
      if (!space.isComplete()) {
        noteSampled(trail);
      }
      space.forEach(visitor);
    } else {
      noteSampled(trail);
      int samples = top ? settings.samples() : Math.max(1, settings.recoverySamples() / 4);
      space.sample(samples, random, visitor);
    }
    if (settings.kills() == Settings.Kills.EXPLORED
        && depth > 0
        && space.size() > 1
        && wantsMore()) {
      kill(model, trail, point, acknowledged, key, depth, random);
    }
  }

  private boolean visit(
      StateSpace space,
      int[] state,
      Fingerprint salt,
      Trail trail,
      int point,
      List<String> acknowledged,
      int depth,
      Map<String, Long> found) {
    Fingerprint key = space.fingerprint(state).plus(salt.high(), salt.low());
    Seen known = seen.get(key);
    if (known != null && known.depth() >= depth) {
      found.merge(known.outcome(), 1L, Long::sum);
      return true;
    }
    if (states + recoveryStates >= stopAt) {
      noteSampled(trail);
      return false;
    }
    count(trail);
    MediumImage image = space.image(state);
    CheckRun run = check(image, acknowledged, depth);
    if (run.failure() != null) {
      found.merge(OutcomeGroup.FAILED, 1L, Long::sum);
      seen.put(key, new Seen(OutcomeGroup.FAILED, Integer.MAX_VALUE));
      int[] fewest =
          new Minimizer(
                  space,
                  candidate -> check(space.image(candidate), acknowledged, 0).failure() != null)
              .minimize(state);
      CheckRun last = check(space.image(fewest), acknowledged, 0);
      List<InDoubt> lost = space.lost(last.failure() == null ? state : fewest);
      fail(
          new Trail.Crash(trail, point, Trail.Kind.POWER_FAILURE, lost),
          acknowledged,
          last.failure() == null ? run.failure() : last.failure(),
          space.lost(lastState(space)).size());
      return wantsMore();
    }
    String outcome = String.valueOf(run.outcome());
    found.merge(outcome, 1L, Long::sum);
    seen.put(key, outcomesSeen.computeIfAbsent(new Seen(outcome, depth), Function.identity()));
    if (!run.events().isEmpty()) {
      Trail.Crash crash =
          new Trail.Crash(trail, point, Trail.Kind.POWER_FAILURE, space.lost(state));
      replay(
          new DurabilityModel(settings.granularity(), image),
          new Trail(crash, image, acknowledged, run.events()),
          depth - 1);
    }
    return wantsMore();
  }

  private static int[] lastState(StateSpace space) {
    return space.doubts().stream().mapToInt(doubt -> doubt.choices() - 1).toArray();
  }

  /**
   * Kills what {@code trail} ran, starts the check on what was visible, and lets the power fail
   * during that. An event of several words or sectors may also be killed in its midst.
   */
  private void kill(
      DurabilityModel model,
      Trail trail,
      int point,
      List<String> acknowledged,
      Fingerprint salt,
      int depth,
      Random random) {
    if (point == 0 || isVisible(trail.events().get(point - 1))) {
      killAt(model.fork(), trail, point, acknowledged, salt, depth);
      Set<Unit> missed = model.someOfLastUnits(random);
      if (!missed.isEmpty() && wantsMore()) {
        killAt(model.forkWithout(missed), trail, point, acknowledged, salt, depth);
      }
    }
  }

  private void killAt(
      DurabilityModel survivor,
      Trail trail,
      int point,
      List<String> acknowledged,
      Fingerprint salt,
      int depth) {
    StateSpace space = survivor.states();
    if (space.size() == 1) {
      return; // nothing is in doubt: a power failure leaves the same
    }
    Fingerprint visible = space.fingerprint(new int[space.doubts().size()]);
    Seen known = seen.get(visible.plus(salt.high(), salt.low()));
    if (known != null && known.outcome().equals(OutcomeGroup.FAILED)) {
      return;
    }
    if (states + recoveryStates >= stopAt) {
      noteSampled(trail);
      return;
    }
    MediumImage image = survivor.visible();
    count(trail);
    CheckRun run = check(image, acknowledged, depth);
    Trail.Crash crash = new Trail.Crash(trail, point, Trail.Kind.KILL, List.of());
    if (run.failure() != null) {
      fail(crash, acknowledged, run.failure(), 0);
    } else {
      replay(survivor, new Trail(crash, image, acknowledged, run.events()), depth - 1);
    }
  }

  /** {@return whether a kill after this event leaves anything else than one before it} */
  private static boolean isVisible(Event event) {
    return switch (event) {
      case Event.Store _, Event.Write _, Event.Resize _, Event.Rename _, Event.Acknowledge _ ->
          true;
      default -> false;
    };
  }

  private void replay(DurabilityModel model, Trail trail, int depth) {
    List<String> acknowledged = trail.acknowledged();
    Map<String, Long> ignored = new HashMap<>();
    crash(model, trail, 0, acknowledged, depth, ignored);
    for (int point = 1; point <= trail.events().size() && wantsMore(); point++) {
      Event event = trail.events().get(point - 1);
      acknowledged = with(acknowledged, event);
      if (model.apply(event) == DurabilityModel.Effect.CHANGED) {
        crash(model, trail, point, acknowledged, depth, ignored);
      }
    }
  }

  private CheckRun check(MediumImage image, List<String> acknowledged, int depth) {
    Recorder recorder = depth > 0 ? new Recorder(Recorder.Traces.OFF) : null;
    return CheckRun.of(
        settings.check(), settings.granularity(), image, acknowledged, pool, recorder);
  }

  private void noteSampled(Trail trail) {
    if (trail.before() == null) {
      coverage = CrashReport.Coverage.SAMPLED;
    } else {
      recoveryCoverage = CrashReport.Coverage.SAMPLED;
    }
  }

  private void count(Trail trail) {
    if (trail.before() == null) {
      states++;
    } else {
      recoveryStates++;
    }
  }

  private static List<String> with(List<String> acknowledged, @Nullable Event event) {
    if (!(event instanceof Event.Acknowledge acknowledge)) {
      return acknowledged;
    }
    List<String> more = new ArrayList<>(acknowledged);
    more.add(acknowledge.what());
    return List.copyOf(more);
  }

  private void fail(
      Trail.Crash crash, List<String> acknowledged, @Nullable Throwable cause, int inDoubt) {
    failures.add(
        new FailureWriter(settings, pool)
            .write(crash, acknowledged, Objects.requireNonNull(cause), inDoubt));
  }
}
