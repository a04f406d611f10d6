package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Steps;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.InDoubt;
import io.holdfast.crash.internal.model.NameChange;
import io.holdfast.crash.internal.model.Unit;
import io.holdfast.crash.internal.report.FileNames;
import io.holdfast.crash.internal.report.ReplayLine;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Puts a failure into words: which event, what was lost, who had stored it, who should have made it
 * durable, what the check says, how to see it again.
 */
final class FailureWriter {
  private static final int FRAMES = 6;

  private final Settings settings;
  private final WindowPool pool;
  private final FileNames fileNames = new FileNames();

  /** Where an event was seen: "event 12 of the run". */
  private final IdentityHashMap<Event, String> numbers = new IdentityHashMap<>();

  /** The steps of the events of the run. */
  private final IdentityHashMap<Event, String> steps = new IdentityHashMap<>();

  /** The same events with traces, where a run without them could be repeated. */
  private final IdentityHashMap<Event, Event> traced = new IdentityHashMap<>();

  FailureWriter(Settings settings, WindowPool pool) {
    this.settings = settings;
    this.pool = pool;
  }

  CrashFailure write(Trail.Crash last, List<String> acknowledged, Throwable cause) {
    List<Trail.Crash> trail = last.all();
    for (int i = 0; i < trail.size(); i++) {
      note(trail.get(i).trail(), i);
    }
    List<CrashFailure.Crash> crashes = new ArrayList<>();
    for (int i = 0; i < trail.size(); i++) {
      crashes.add(describe(trail.get(i), trail.subList(0, i + 1)));
    }
    Steps all = trail.getFirst().trail().steps();
    List<String> kept = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    Set<Integer> without = settings.withoutSteps();
    for (int i = 0; i < begun(all, trail.getFirst().point()); i++) {
      (without.contains(i) ? leftOut : kept).add(all.names().get(i));
    }
    String replay = replayLine(trail);
    return new CrashFailure(
        crashes,
        acknowledged,
        kept,
        leftOut,
        cause,
        replay,
        FailureText.of(settings, crashes, acknowledged, kept, leftOut, cause, replay));
  }

  /** {@return how many steps had begun by an event: those after it have no part in a failure} */
  private int begun(Steps steps, int point) {
    int begun = 0;
    for (int event = 0; event < Math.min(point, steps.ofEvent().length); event++) {
      begun = Math.max(begun, steps.ofEvent()[event] + 1);
    }
    while (settings.withoutSteps().contains(begun)) {
      begun++;
    }
    return begun;
  }

  private String replayLine(List<Trail.Crash> trail) {
    List<ReplayLine.Crash> crashes = new ArrayList<>();
    for (Trail.Crash crash : trail) {
      boolean kill = crash.kind() == Trail.Kind.KILL;
      crashes.add(
          new ReplayLine.Crash(
              crash.point(),
              kill ? ReplayLine.Kind.KILL : ReplayLine.Kind.POWER,
              crash.state(),
              crash.hash()));
    }
    return new ReplayLine(
            settings.reporting().name(),
            settings.granularity(),
            settings.seed(),
            settings.withoutSteps(),
            trail.getFirst().trail().schedule(),
            crashes)
        .toString();
  }

  private void note(Trail trail, int number) {
    String run = number == 0 ? "the run" : number == 1 ? "recovery" : "recovery " + number;
    List<Event> events = trail.events();
    fileNames.note(trail.start());
    List<Event> repeated = events;
    if (trail.before() != null) {
      Recorder recorder = new Recorder(Recorder.Traces.KEPT);
      repeated =
          CheckRun.of(
                  settings.check(),
                  settings.granularity(),
                  trail.start(),
                  trail.acknowledged(),
                  pool,
                  recorder)
              .events();
    }
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      numbers.put(event, "event %d of %s".formatted(i + 1, run));
      steps.put(event, trail.steps().nameOf(i));
      if (i < repeated.size() && repeated.get(i).describe().equals(event.describe())) {
        traced.put(event, repeated.get(i));
      }
      fileNames.note(event);
    }
  }

  private CrashFailure.Crash describe(Trail.Crash crash, List<Trail.Crash> trail) {
    String after = "the start of what ran";
    List<StackTraceElement> stack = List.of();
    if (crash.point() > 0) {
      Event event = crash.trail().events().get(crash.point() - 1);
      stack = stack(event);
      after =
          "%s, %s%s %s"
              .formatted(
                  numbers.get(event),
                  event.describe(),
                  event.file() < 0 || event instanceof Event.Rename
                      ? ""
                      : " of " + fileNames.name(event.file()),
                  withTrace(event).origin().describe());
    } else if (crash.trail().before() != null) {
      after = "the start of recovery";
    }
    boolean kill = crash.kind() == Trail.Kind.KILL;
    return new CrashFailure.Crash(
        kill ? CrashFailure.Kind.KILL : CrashFailure.Kind.POWER_FAILURE,
        crash.point(),
        after,
        stack,
        kill ? 0 : inDoubt(crash),
        kill ? List.of() : losses(crash, trail));
  }

  private static int inDoubt(Trail.Crash crash) {
    int[] all = crash.space().doubts().stream().mapToInt(doubt -> doubt.choices() - 1).toArray();
    return crash.space().lost(all).size();
  }

  private List<CrashFailure.Loss> losses(Trail.Crash crash, List<Trail.Crash> trail) {
    Remedies remedies = new Remedies(settings.granularity(), fileNames, this::withTrace, trail);
    LossBytes bytes = new LossBytes(settings.reporting(), fileNames, crash);
    List<CrashFailure.Loss> losses = new ArrayList<>();
    for (LostRange range : LostRange.of(crash.lost())) {
      losses.add(loss(range, remedies, bytes));
    }
    return losses;
  }

  private CrashFailure.Loss loss(LostRange range, Remedies remedies, LossBytes bytes) {
    InDoubt piece = range.first();
    Event event = piece.event();
    String file = fileNames.name(event.file());
    Remedies.Remedy remedy =
        switch (piece) {
          case NameChange change -> remedies.of(change);
          case Unit unit -> remedies.ofBytes(unit, range.from(), range.to());
          default -> remedies.ofSize(event);
        };
    boolean ofBytes = piece instanceof Unit;
    return new CrashFailure.Loss(
        file,
        ofBytes ? range.from() : -1,
        ofBytes ? range.to() - range.from() : 0,
        piece instanceof NameChange ? piece.describe() : "%s %s".formatted(file, range.describe()),
        numbers.getOrDefault(event, "an earlier event"),
        steps.getOrDefault(event, ""),
        event.origin().thread(),
        stack(event),
        ofBytes ? bytes.left(event.file(), range) : "",
        ofBytes ? bytes.visible(event.file(), range) : "",
        ofBytes ? bytes.leftMeaning(event.file(), range) : "",
        ofBytes ? bytes.visibleMeaning(event.file(), range) : "",
        remedy.text(),
        remedy.nearest() == null ? List.of() : stack(remedy.nearest()));
  }

  private List<StackTraceElement> stack(Event event) {
    List<StackTraceElement> trace = withTrace(event).origin().trace();
    return trace.subList(0, Math.min(FRAMES, trace.size()));
  }

  private Event withTrace(Event event) {
    return traced.getOrDefault(event, event);
  }
}
