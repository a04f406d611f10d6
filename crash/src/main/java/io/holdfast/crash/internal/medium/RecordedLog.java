package io.holdfast.crash.internal.medium;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.internal.model.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A run's log that tells a recorder, if there is one, what it takes. */
public final class RecordedLog implements RunLog {
  private final @Nullable Recorder recorder;
  private final List<String> acknowledged;

  private final Set<Integer> leftOut;

  /** The same for being asked often, once somebody has asked. */
  private @Nullable Set<String> known;

  public RecordedLog(@Nullable Recorder recorder, List<String> acknowledged) {
    this(recorder, acknowledged, Set.of());
  }

  /** Makes a log that does not run the steps of those numbers, counted from 0. */
  public RecordedLog(@Nullable Recorder recorder, List<String> acknowledged, Set<Integer> leftOut) {
    this.recorder = recorder;
    this.acknowledged = new ArrayList<>(acknowledged);
    this.leftOut = leftOut;
  }

  @Override
  public void step(String name, Step step) throws Exception {
    if (recorder == null) {
      step.run();
      return;
    }
    if (leftOut.contains(recorder.beginStep(name))) {
      recorder.endStep();
      return;
    }
    try {
      step.run();
    } finally {
      recorder.endStep();
    }
  }

  @Override
  public void acknowledge(String what) {
    takeTurn();
    synchronized (acknowledged) {
      acknowledged.add(what);
      if (known != null) {
        known.add(what);
      }
      if (recorder != null) {
        recorder.record(origin -> new Event.Acknowledge(origin, what));
      }
    }
  }

  @Override
  public List<String> acknowledged() {
    synchronized (acknowledged) {
      return List.copyOf(acknowledged);
    }
  }

  @Override
  public boolean hasAcknowledged(String what) {
    synchronized (acknowledged) {
      if (known == null) {
        known = new HashSet<>(acknowledged);
      }
      return known.contains(what);
    }
  }

  @Override
  public void together(Task first, Task second, Task... more) throws Exception {
    List<Task> tasks = new ArrayList<>(List.of(first, second));
    tasks.addAll(List.of(more));
    Turns turns = recorder == null ? null : recorder.turns();
    if (turns != null) {
      turns.together(tasks);
      return;
    }
    for (Task task : tasks) {
      task.run();
    }
  }

  private void takeTurn() {
    Turns turns = recorder == null ? null : recorder.turns();
    if (turns != null) {
      turns.pass(Turns.Step.OPERATION);
    }
  }

  @Override
  public void promiseDurable() {
    if (recorder != null) {
      recorder.record(Event.Promise::new);
    }
  }

  @Override
  public void beginTransaction() {
    if (recorder != null) {
      recorder.record(Event.Begin::new);
    }
  }

  @Override
  public void endTransaction() {
    if (recorder != null) {
      recorder.record(Event.End::new);
    }
  }

  @Override
  public void beginRegion(String name) {
    if (recorder != null) {
      recorder.record(origin -> new Event.BeginRegion(origin, name));
    }
  }

  @Override
  public void endRegion(String name) {
    if (recorder != null) {
      recorder.record(origin -> new Event.EndRegion(origin, name));
    }
  }

  @Override
  public void stopCrashing() {
    if (recorder != null) {
      recorder.stop();
    }
  }
}
