package io.holdfast.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes down the events of one run in the order in which they became visible.
 *
 * <p>Shared by all threads of the run; the order is that of the calls to {@link #record}, which the
 * medium makes while it holds its lock.
 */
final class Recorder {
  /** Whether events keep the stack that led to them. */
  enum Traces {
    KEPT,
    OFF
  }

  private static final int MAX_FRAMES = 16;
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final Set<String> OWN_CLASSES =
      Set.of(
          Recorder.class.getName(),
          RunLog.class.getName(),
          SimulatedMap.class.getName(),
          SimulatedFile.class.getName(),
          SimulatedMedium.class.getName(),
          "io.holdfast.pmem.PmemMap");

  /** Where programs are called from: what lies beyond says nothing about them. */
  private static final Set<String> RUNNERS =
      Set.of(Explorer.class.getName(), CheckRun.class.getName());

  private final Traces traces;
  private final List<Event> events = new ArrayList<>();
  private boolean stopped;

  Recorder(Traces traces) {
    this.traces = traces;
  }

  /**
   * Adds the event that {@code factory} makes of the caller's origin, unless recording has been
   * stopped.
   */
  synchronized void record(Function<Origin, Event> factory) {
    if (!stopped) {
      events.add(factory.apply(origin()));
    }
  }

  /** Ignores all that follows. */
  synchronized void stop() {
    stopped = true;
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  private Origin origin() {
    Thread thread = Thread.currentThread();
    String name = thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName();
    List<StackTraceElement> trace =
        traces == Traces.OFF
            ? List.of()
            : WALKER.walk(
                frames ->
                    frames
                        .filter(frame -> !isOwn(frame.getClassName()))
                        .takeWhile(frame -> !RUNNERS.contains(frame.getClassName()))
                        .limit(MAX_FRAMES)
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .toList());
    return new Origin(thread.threadId(), name, trace);
  }

  private static boolean isOwn(String className) {
    int nested = className.indexOf('$');
    return OWN_CLASSES.contains(nested < 0 ? className : className.substring(0, nested));
  }
}
