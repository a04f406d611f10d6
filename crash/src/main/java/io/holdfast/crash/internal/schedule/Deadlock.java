package io.holdfast.crash.internal.schedule;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/** All threads of a program wait for each other. The message shows where. */
final class Deadlock extends AssertionError {
  private static final long serialVersionUID = 1;
  private static final int FRAMES = 12;

  /** Where threads are held, and run from. */
  private static final Set<String> OWN = Set.of(Scheduler.class.getName(), Worker.class.getName());

  Deadlock(String what, Schedule schedule, List<Worker> workers) {
    super(describe(what, schedule, workers));
  }

  private static String describe(String what, Schedule schedule, List<Worker> workers) {
    StringBuilder text = new StringBuilder("%s, schedule %s".formatted(what, schedule));
    for (Worker worker : workers) {
      StackTraceElement[] trace = worker.getStackTrace();
      Standstill still = Standstill.of(worker);
      text.append("%n  %s: %s".formatted(worker.getName(), state(worker, still, workers)));
      int shown = 0;
      for (StackTraceElement frame : trace) {
        if (shown < FRAMES && !OWN.contains(frame.getClassName())) {
          text.append("%n    at %s".formatted(frame));
          shown++;
        }
      }
    }
    return text.toString();
  }

  private static String state(Worker worker, Standstill still, List<Worker> workers) {
    if (worker.phase() == Worker.Phase.ENDED) {
      return "has ended";
    }
    if (!still.isWaiting()) {
      return "runs without doing anything to the medium";
    }
    String owner = "";
    for (Worker other : workers) {
      if (other.threadId() == still.owner()) {
        owner = ", which " + other.getName() + " holds";
      }
    }
    return "waits for " + Objects.requireNonNullElse(still.lock(), "an unpark") + owner;
  }
}
