package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.Engine;
import io.holdfast.crash.OutcomeGroup;
import io.holdfast.crash.Progress;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.StateSpace;
import io.holdfast.crash.internal.model.Unit;
import io.holdfast.crash.internal.report.Timeline;
import io.holdfast.crash.internal.schedule.Footprint;
import java.math.BigInteger;
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
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the crash states of recorded runs, and through those of the recoveries that start
 * from them.
 *
 * <p>After each event that changes the {@linkplain StateSpace state space} the {@linkplain Engine
 * engine} takes states from it. The check runs on each that it has not yet seen with the same
 * acknowledgements, whichever run or recovery it came from; and, as deep as it is told, what the
 * check did to the medium is crashed in the same manner. What is done depends on the runs, the
 * check and the seed alone.
 */
final class CrashSearch {
  private final Settings settings;
  private final WindowPool pool;
  private final Tally tally = new Tally();
  private final SeenStates seen;

  /** What runs had done when they were crashed, and what was found, if there are several. */
  private final Map<Fingerprint, SortedMap<String, Long>> crashed = new HashMap<>();

  private final List<CrashFailure> failures = new ArrayList<>();
  private long stopAt = Long.MAX_VALUE;

  CrashSearch(Settings settings, WindowPool pool) {
    this.settings = settings;
    this.pool = pool;
    seen = new SeenStates(settings.rememberedStates());
  }

  Tally tally() {
    return tally;
  }

  List<CrashFailure> failures() {
    return failures;
  }

  /** {@return how many checked states could not be remembered} */
  long forgotten() {
    return seen.forgotten();
  }

  /**
   * Crashes a run after each of its events.
   *
   * @param runsLeft among how many runs, this one included, what is left of a limit is shared
   * @param outcomes is told what was found
   * @param timeline is told the same, event by event
   */
  void explore(
      MediumImage prepared,
      RecordedRun run,
      long runsLeft,
      OutcomeGroups outcomes,
      Timeline timeline) {
    List<Event> events = run.events();
    DurabilityModel model = new DurabilityModel(settings.granularity(), prepared);
    Trail trail = new Trail(null, prepared, List.of(), events, run.name(), run.steps());
    Regions regions = new Regions(settings.engine(), settings.regionEngines());
    Growth growth = new Growth();
    List<String> acknowledged = List.of();
    Fingerprint salt = Fingerprint.NONE;
    SortedMap<String, Long> found = new TreeMap<>();
    Share share = new Share(events.size() + 1, runsLeft);
    boolean oneOfMany = !run.name().isEmpty();
    Footprint footprint = new Footprint();
    boolean known = false;
    for (int point = 0; point <= events.size(); point++) {
      Event event = point == 0 ? null : events.get(point - 1);
      DurabilityModel.Effect effect = DurabilityModel.Effect.CHANGED;
      if (event != null && oneOfMany) {
        footprint.add(event);
      }
      SortedMap<String, Long> foundBefore = oneOfMany ? crashed.get(footprint.print()) : null;
      if (known && foundBefore == null) {
        var _ = growth.to(model.states().count(), null);
      }
      known = foundBefore != null;
      if (event != null) {
        effect = model.apply(event);
        acknowledged = with(acknowledged, event);
        salt = with(salt, event);
        regions.note(event);
      }
      if (foundBefore != null) {
        found = foundBefore; // another run has done the same so far
        timeline.add(found);
        continue;
      }
      if (wantsMore()) {
        settings.progress().accept(new Progress(point, events.size(), tally.checked()));
        if (effect == DurabilityModel.Effect.CHANGED) {
          found = new TreeMap<>();
          stopAt = share.until(point);
          Moment moment = new Moment(model, trail, point, acknowledged, salt, regions.engine());
          crash(moment, settings.crashesInRecovery(), growth, found);
        }
        if (oneOfMany) {
          crashed.put(footprint.print(), found);
          outcomes.addOfMany(point, found);
        } else {
          outcomes.add(point, found);
        }
        timeline.add(found);
      } else if (effect == DurabilityModel.Effect.CHANGED) {
        skip(model, trail, event, growth);
      }
    }
  }

  /**
   * Where a run is crashed, and what is taken there.
   *
   * @param salt stands for what has been acknowledged; kept beside it, since a long run would spend
   *     most of its time computing it anew
   */
  private record Moment(
      DurabilityModel model,
      Trail trail,
      int point,
      List<String> acknowledged,
      Fingerprint salt,
      Engine engine) {
    @Nullable Event event() {
      return point == 0 ? null : trail.events().get(point - 1);
    }
  }

  /** Tells how many of the states after an event were not there after the one before it. */
  private static final class Growth {
    private BigInteger last = BigInteger.ZERO;

    /**
     * {@return how many states are new, at least, if what is in doubt has only become more} An
     * acknowledgement makes all states new, since they have to keep it.
     */
    BigInteger to(BigInteger size, @Nullable Event event) {
      BigInteger before = event instanceof Event.Acknowledge ? BigInteger.ZERO : last;
      last = size;
      return size.subtract(before).max(BigInteger.ZERO);
    }
  }

  /** What a run may have of a limit. */
  private final class Share {
    private final long from = tally.checked();
    private final long states;
    private final int points;

    Share(int points, long runsLeft) {
      this.points = points;
      states = Math.max(1, (settings.maxStates() - from) / runsLeft);
    }

    /**
     * {@return the number of states at which the share of the point with that number is used up}
     * What others have left over is shared by those that come; where there are more points than
     * states, those that get one are spread over the run.
     */
    long until(int point) {
      if (settings.maxStates() == Long.MAX_VALUE) {
        return Long.MAX_VALUE;
      }
      long used = tally.checked();
      long each = (from + states - used) / (points - point);
      return each > 0 ? used + each : from + (long) ((double) states * (point + 1) / points);
    }
  }

  boolean wantsMore() {
    return failures.size() < settings.maxFailures() && tally.checked() < settings.maxStates();
  }

  /** Counts states that are not looked at any more. */
  private void skip(DurabilityModel model, Trail trail, @Nullable Event event, Growth growth) {
    tally.exist(trail.whose(), growth.to(model.states().count(), event));
    tally.sample(Tally.Of.RUN);
    tally.sample(Tally.Of.RECOVERY);
  }

  private void crash(Moment moment, int depth, Growth growth, Map<String, Long> found) {
    Trail trail = moment.trail();
    Tally.Of whose = trail.whose();
    StateSpace space = moment.model().states();
    Fingerprint salt = moment.salt();
    Random random =
        new Random(
            settings.seed() * 31 + Arrays.hashCode(new long[] {moment.point(), salt.low(), depth}));
    long before = tally.checked(whose);
    boolean all =
        take(
            moment.engine(),
            space,
            whose,
            random,
            state -> visit(moment, space, state, salt, depth, found));
    BigInteger grown = growth.to(space.count(), moment.event());
    BigInteger checked = BigInteger.valueOf(tally.checked(whose) - before);
    tally.exist(whose, all ? checked : grown.max(checked));
    if (!all) {
      tally.sample(whose);
    }
    if (settings.kills() == Settings.Kills.EXPLORED
        && moment.engine() != Engine.NO_CRASHES
        && depth > 0
        && space.size() > 1
        && wantsMore()) {
      kill(moment, salt, depth, random);
    }
  }

  /** Shows {@code visitor} what the engine takes; {@return whether these were all there are} */
  private boolean take(
      Engine engine, StateSpace space, Tally.Of whose, Random random, Predicate<int[]> visitor) {
    boolean top = whose == Tally.Of.RUN;
    int samples = top ? settings.samples() : Math.max(1, settings.recoverySamples() / 4);
    long most =
        switch (engine) {
          case FULL -> top ? settings.exhaustiveUpTo() : settings.recoverySamples();
          case PARTIAL -> top ? samples : settings.recoverySamples();
          case PREFIXES, REVERSE_PREFIXES, NOTHING_LOST, NO_CRASHES -> 1;
        };
    if (engine == Engine.NO_CRASHES) {
      return false;
    }
    if (space.size() <= most) {
      return space.forEach(visitor) && space.isComplete();
    }
    switch (engine) {
      case FULL -> space.sample(samples, random, visitor);
      case PARTIAL -> space.sampleRandomly(samples, random, visitor);
      case PREFIXES -> space.prefixes(visitor);
      case REVERSE_PREFIXES -> space.reversePrefixes(visitor);
      case NOTHING_LOST -> {
        boolean _ = visitor.test(new int[space.doubts().size()]);
      }
      case NO_CRASHES -> {}
    }
    return false;
  }

  private boolean visit(
      Moment moment,
      StateSpace space,
      int[] state,
      Fingerprint salt,
      int depth,
      Map<String, Long> found) {
    Fingerprint key = space.fingerprint(state).plus(salt.high(), salt.low());
    String known = seen.outcome(key, depth);
    if (known != null) {
      found.merge(known, 1L, Long::sum);
      return true;
    }
    Trail trail = moment.trail();
    if (tally.checked() >= stopAt) {
      return false;
    }
    tally.check(trail.whose());
    MediumImage image = space.image(state);
    List<String> acknowledged = moment.acknowledged();
    CheckRun run = check(image, acknowledged, depth);
    if (run.failure() != null) {
      found.merge(seen.put(key, OutcomeGroup.FAILED, Integer.MAX_VALUE), 1L, Long::sum);
      if (settings.failing() == Settings.Failing.NOTED) {
        fail(
            new Trail.Crash(trail, moment.point(), Trail.Kind.POWER_FAILURE, space, state, key),
            acknowledged,
            run.failure());
        return wantsMore();
      }
      int[] fewest =
          new Minimizer(
                  space,
                  candidate -> check(space.image(candidate), acknowledged, 0).failure() != null)
              .minimize(state);
      CheckRun last = check(space.image(fewest), acknowledged, 0);
      int[] failing = last.failure() == null ? state.clone() : fewest;
      fail(
          new Trail.Crash(
              trail,
              moment.point(),
              Trail.Kind.POWER_FAILURE,
              space,
              failing,
              space.fingerprint(failing).plus(salt.high(), salt.low())),
          acknowledged,
          last.failure() == null ? run.failure() : last.failure());
      return wantsMore();
    }
    found.merge(seen.put(key, String.valueOf(run.outcome()), depth), 1L, Long::sum);
    if (!run.events().isEmpty()) {
      Trail.Crash crash =
          new Trail.Crash(
              trail, moment.point(), Trail.Kind.POWER_FAILURE, space, state.clone(), key);
      replay(
          new DurabilityModel(settings.granularity(), image),
          Trail.ofRecovery(crash, image, acknowledged, run.events()),
          salt,
          depth - 1);
    }
    return wantsMore();
  }

  /**
   * Kills what was running, starts the check on what was visible, and lets the power fail during
   * that. An event of several words or sectors may also be killed in its midst.
   */
  private void kill(Moment moment, Fingerprint salt, int depth, Random random) {
    Event event = moment.event();
    if (event == null || isVisible(event)) {
      killAt(moment.model().fork(), moment, salt, depth, new int[0]);
      Set<Unit> missed = moment.model().someOfLastUnits(random);
      if (!missed.isEmpty() && wantsMore()) {
        List<Unit> units = moment.model().lastUnits();
        int[] numbers =
            IntStream.range(0, units.size()).filter(i -> missed.contains(units.get(i))).toArray();
        killAt(moment.model().forkWithout(missed), moment, salt, depth, numbers);
      }
    }
  }

  private void killAt(
      DurabilityModel survivor, Moment moment, Fingerprint salt, int depth, int[] missed) {
    StateSpace space = survivor.states();
    if (space.size() == 1) {
      return; // nothing is in doubt: a power failure leaves the same
    }
    Fingerprint visible =
        space.fingerprint(new int[space.doubts().size()]).plus(salt.high(), salt.low());
    String known = seen.outcome(visible, 0);
    if (OutcomeGroup.FAILED.equals(known)) {
      return;
    }
    Tally.Of whose = moment.trail().whose();
    tally.exist(whose, BigInteger.ONE);
    if (tally.checked() >= stopAt) {
      tally.sample(whose);
      return;
    }
    MediumImage image = survivor.visible();
    tally.check(whose);
    CheckRun run = check(image, moment.acknowledged(), depth);
    Trail.Crash crash =
        new Trail.Crash(moment.trail(), moment.point(), Trail.Kind.KILL, space, missed, visible);
    if (run.failure() != null) {
      fail(crash, moment.acknowledged(), run.failure());
    } else {
      replay(
          survivor,
          Trail.ofRecovery(crash, image, moment.acknowledged(), run.events()),
          salt,
          depth - 1);
    }
  }

  /** {@return whether a kill after this event leaves anything else than one before it} */
  private static boolean isVisible(Event event) {
    return switch (event) {
      case Event.Store _,
          Event.UntrackedStore _,
          Event.Write _,
          Event.Resize _,
          Event.Rename _,
          Event.Acknowledge _ ->
          true;
      default -> false;
    };
  }

  /**
   * Crashes a recovery.
   *
   * @param before stands for what had been acknowledged before it
   */
  private void replay(DurabilityModel model, Trail trail, Fingerprint before, int depth) {
    List<String> acknowledged = trail.acknowledged();
    Fingerprint salt = before;
    Map<String, Long> ignored = new HashMap<>();
    Growth growth = new Growth();
    Regions regions = new Regions(settings.engine(), settings.regionEngines());
    crash(
        new Moment(model, trail, 0, acknowledged, salt, regions.engine()), depth, growth, ignored);
    for (int point = 1; point <= trail.events().size(); point++) {
      if (!wantsMore()) {
        tally.sample(Tally.Of.RECOVERY);
        return;
      }
      Event event = trail.events().get(point - 1);
      acknowledged = with(acknowledged, event);
      salt = with(salt, event);
      regions.note(event);
      if (model.apply(event) == DurabilityModel.Effect.CHANGED) {
        Moment moment = new Moment(model, trail, point, acknowledged, salt, regions.engine());
        crash(moment, depth, growth, ignored);
      }
    }
  }

  private CheckRun check(MediumImage image, List<String> acknowledged, int depth) {
    Recorder recorder = depth > 0 ? new Recorder(Recorder.Traces.OFF) : null;
    return CheckRun.of(
        settings.check(), settings.granularity(), image, acknowledged, pool, recorder);
  }

  private static List<String> with(List<String> acknowledged, Event event) {
    if (!(event instanceof Event.Acknowledge acknowledge)) {
      return acknowledged;
    }
    List<String> more = new ArrayList<>(acknowledged);
    more.add(acknowledge.what());
    return List.copyOf(more);
  }

  private static Fingerprint with(Fingerprint salt, Event event) {
    return event instanceof Event.Acknowledge acknowledge ? salt.then(acknowledge.what()) : salt;
  }

  private void fail(Trail.Crash crash, List<String> acknowledged, @Nullable Throwable cause) {
    Throwable thrown = Objects.requireNonNull(cause);
    failures.add(
        settings.failing() == Settings.Failing.NOTED
            ? new CrashFailure(List.of(), acknowledged, List.of(), List.of(), thrown, "", "")
            : new FailureWriter(settings, pool).write(crash, acknowledged, thrown));
  }
}
