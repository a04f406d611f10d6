package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.InDoubt;
import io.holdfast.crash.internal.model.NameChange;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Puts a failure into words: which event, what was lost, who had stored it, what the check says.
 */
final class FailureWriter {
  private static final int FRAMES_PER_LOSS = 4;

  private final Settings settings;
  private final WindowPool pool;
  private final FileNames fileNames = new FileNames();

  /** Where an event was seen: "event 12 of the run". */
  private final IdentityHashMap<Event, String> numbers = new IdentityHashMap<>();

  /** The same events with traces, where a run without them could be repeated. */
  private final IdentityHashMap<Event, Event> traced = new IdentityHashMap<>();

  FailureWriter(Settings settings, WindowPool pool) {
    this.settings = settings;
    this.pool = pool;
  }

  CrashFailure write(
      Trail.Crash last, List<String> acknowledged, Throwable cause, int unitsInDoubt) {
    List<Trail.Crash> trail = last.all();
    for (int i = 0; i < trail.size(); i++) {
      note(trail.get(i).trail(), i);
    }
    List<CrashFailure.Crash> crashes = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < trail.size(); i++) {
      Trail.Crash crash = trail.get(i);
      CrashFailure.Crash described = describe(crash);
      crashes.add(described);
      text.append("%s after %s%n".formatted(kind(crash.kind()), described.description()));
      if (described.lost().isEmpty()) {
        text.append("  nothing was lost%n".formatted());
      } else if (i == trail.size() - 1) {
        text.append("  lost, of %d in doubt:%n".formatted(unitsInDoubt));
      } else {
        text.append("  lost:%n".formatted());
      }
      for (String lost : described.lost()) {
        text.append("    ").append(lost.replace("\n", "\n    ")).append(System.lineSeparator());
      }
    }
    text.append("acknowledged before: %s%n".formatted(acknowledged));
    text.append("then the check failed: %s%n".formatted(cause));
    for (StackTraceElement frame : cause.getStackTrace()) {
      if (frame.getClassName().equals(CheckRun.class.getName())) {
        break;
      }
      text.append("    at %s%n".formatted(frame));
    }
    text.append("granularity %s, seed %d".formatted(settings.granularity(), settings.seed()));
    return new CrashFailure(
        List.copyOf(crashes), List.copyOf(acknowledged), cause, text.toString());
  }

  private static String kind(Trail.Kind kind) {
    return kind == Trail.Kind.KILL ? "process killed" : "power failure";
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
      if (i < repeated.size() && repeated.get(i).describe().equals(event.describe())) {
        traced.put(event, repeated.get(i));
      }
      fileNames.note(event);
    }
  }

  private CrashFailure.Crash describe(Trail.Crash crash) {
    String after = "the start of what ran";
    if (crash.point() > 0) {
      Event event = crash.trail().events().get(crash.point() - 1);
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
    List<String> lost = new ArrayList<>();
    for (InDoubt unit : crash.lost()) {
      lost.add(describe(unit));
    }
    return new CrashFailure.Crash(crash.point(), after, List.copyOf(lost));
  }

  private String describe(InDoubt unit) {
    Event event = withTrace(unit.event());
    StringBuilder text = new StringBuilder();
    if (!(unit instanceof NameChange)) {
      text.append(fileNames.name(event.file())).append(' ');
    }
    text.append(unit.describe())
        .append(", ")
        .append(numbers.getOrDefault(unit.event(), "an earlier event"))
        .append(", by ")
        .append(event.origin().thread());
    List<StackTraceElement> trace = event.origin().trace();
    for (StackTraceElement frame : trace.subList(0, Math.min(FRAMES_PER_LOSS, trace.size()))) {
      text.append("\n    at ").append(frame);
    }
    return text.toString();
  }

  private Event withTrace(Event event) {
    return traced.getOrDefault(event, event);
  }
}
