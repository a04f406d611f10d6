package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.OutcomeGroup;
import io.holdfast.crash.internal.files.CurrentMedium;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Doubt;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.StateSpace;
import io.holdfast.crash.internal.model.Unit;
import io.holdfast.crash.internal.report.ReplayLine;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs the one state that a line of a failure names: the program and each recovery up to their
 * crashes, and the check on what the last one left.
 */
public final class Replay {
  private final Settings settings;
  private final ReplayLine line;
  private final RunSource source;
  private final WindowPool pool = new WindowPool();

  /** Replays a run of the settings' workload. */
  public Replay(Settings settings, ReplayLine line) {
    this(settings, line, new ScheduledRuns(settings, line.schedule()));
  }

  /**
   * Replays the run of a source.
   *
   * @param source gives the one run of the line's schedule
   */
  public Replay(Settings settings, ReplayLine line, RunSource source) {
    this.settings = settings;
    this.source = source;
    this.line = line;
  }

  /**
   * {@return what the check says}
   *
   * @throws Exception what the check throws
   * @throws IllegalArgumentException if the program does not do any more what the line says
   */
  public String run() throws Exception {
    if (line.granularity() != settings.granularity()) {
      throw misfit(
          "it is of granularity %s, and this exploration of %s"
              .formatted(line.granularity(), settings.granularity()));
    }
    MediumImage prepared = Explorer.prepare(settings);
    RecordedRun run = source.next(prepared, pool);
    if (run == null) {
      throw misfit("there is no run \"%s\"".formatted(line.schedule()));
    }
    int steps = run.steps().names().size();
    if (!line.without().isEmpty() && line.without().last() >= steps) {
      throw misfit(
          "it leaves out step %d, and the run has %d".formatted(line.without().last(), steps));
    }
    DurabilityModel model = new DurabilityModel(settings.granularity(), prepared);
    List<Event> events = run.events();
    List<String> acknowledged = List.of();
    for (int i = 0; i < line.crashes().size(); i++) {
      ReplayLine.Crash crash = line.crashes().get(i);
      String what = i == 0 ? "the run" : "recovery " + i;
      acknowledged = advance(model, events, crash.event(), acknowledged, what);
      MediumImage image;
      if (crash.kind() == ReplayLine.Kind.KILL) {
        model = killed(model, crash, what);
        image = model.visible();
        fit(model.states(), new int[0], acknowledged, crash, what);
      } else {
        StateSpace space = model.states();
        int[] state = fit(space, crash.choices(), acknowledged, crash, what);
        image = space.image(state);
        model = new DurabilityModel(settings.granularity(), image);
      }
      if (i == line.crashes().size() - 1) {
        return check(image, acknowledged);
      }
      events = recover(image, acknowledged, what);
    }
    throw new IllegalStateException("a line without a crash");
  }

  private List<String> advance(
      DurabilityModel model,
      List<Event> events,
      int point,
      List<String> acknowledged,
      String what) {
    if (point > events.size()) {
      throw misfit("%s crashes after event %d, and has %d".formatted(what, point, events.size()));
    }
    List<String> more = new ArrayList<>(acknowledged);
    for (Event event : events.subList(0, point)) {
      model.apply(event);
      if (event instanceof Event.Acknowledge acknowledge) {
        more.add(acknowledge.what());
      }
    }
    return List.copyOf(more);
  }

  private DurabilityModel killed(DurabilityModel model, ReplayLine.Crash crash, String what) {
    List<Unit> units = model.lastUnits();
    Set<Unit> missed = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int number : crash.choices()) {
      if (number >= units.size()) {
        throw misfit(
            "%s is killed before piece %d of event %d, which has %d"
                .formatted(what, number, crash.event(), units.size()));
      }
      missed.add(units.get(number));
    }
    return missed.isEmpty() ? model.fork() : model.forkWithout(missed);
  }

  /** {@return the state, if it is there and leaves what it left} */
  private int[] fit(
      StateSpace space,
      int[] choices,
      List<String> acknowledged,
      ReplayLine.Crash crash,
      String what) {
    List<Doubt> doubts = space.doubts();
    int[] state = Arrays.copyOf(choices, doubts.size());
    int lossy = choices.length;
    while (lossy > 0 && choices[lossy - 1] == 0) {
      lossy--;
    }
    if (lossy > doubts.size()) {
      throw misfit(
          "%s has %d things in doubt after event %d, and it needs %d or more"
              .formatted(what, doubts.size(), crash.event(), lossy));
    }
    for (int i = 0; i < state.length; i++) {
      if (state[i] >= doubts.get(i).choices()) {
        throw misfit(
            "%s, after event %d: doubt %d has %d choices, and it needs number %d"
                .formatted(what, crash.event(), i, doubts.get(i).choices(), state[i]));
      }
    }
    Fingerprint found = Fingerprint.NONE;
    for (String text : acknowledged) {
      found = found.then(text);
    }
    found = space.fingerprint(state).plus(found.high(), found.low());
    if (Trail.hash(found) != crash.hash()) {
      throw misfit(
          "what %s leaves after event %d, or has acknowledged, is not what it was"
              .formatted(what, crash.event()));
    }
    return state;
  }

  private IllegalArgumentException misfit(String why) {
    return new IllegalArgumentException(
        "the line is of another exploration, or the program has changed: %s; explore again (%s)"
            .formatted(why, line));
  }

  private List<Event> recover(MediumImage image, List<String> acknowledged, String what) {
    CheckRun run =
        CheckRun.of(
            settings.check(),
            settings.granularity(),
            image,
            acknowledged,
            pool,
            new Recorder(Recorder.Traces.KEPT));
    if (run.failure() != null) {
      throw misfit(
          "the check fails after %s already, before the crash that it had accepted: %s"
              .formatted(what, run.failure()));
    }
    return run.events();
  }

  /** Runs the check with nothing that catches in between: debuggers stop where it throws. */
  private String check(MediumImage image, List<String> acknowledged) throws Exception {
    Simulation medium = Simulation.of(settings.granularity(), image, pool, null);
    try (CurrentMedium.Scope _ = CurrentMedium.enter(medium)) {
      return settings.check().check(medium, new RecordedLog(null, acknowledged));
    } finally {
      medium.discard();
    }
  }

  /** {@return what there is to report of a replay that the check has accepted} */
  public static CrashReport report(ReplayLine line, String outcome) {
    int event = line.crashes().getFirst().event();
    SortedMap<String, Long> states =
        Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(String.valueOf(outcome), 1L)));
    return new CrashReport(
        line.name(),
        line.granularity(),
        line.seed(),
        event,
        1,
        0,
        CrashReport.Coverage.SAMPLED,
        CrashReport.Coverage.SAMPLED,
        BigInteger.ONE,
        BigInteger.ZERO,
        0,
        CrashReport.Schedules.NONE,
        List.of(new OutcomeGroup(event, event, states)),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
