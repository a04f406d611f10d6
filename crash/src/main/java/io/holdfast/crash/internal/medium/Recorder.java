package io.holdfast.crash.internal.medium;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Origin;
import io.holdfast.pmem.PmemMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes down the events of one run in the order in which they became visible.
 *
 * <p>Shared by all threads of the run; the order is that of the calls to {@link #record}, which the
 * medium makes while it holds its lock.
 */
public final class Recorder {
  /** Whether events keep the stack that led to them. */
  public enum Traces {
    KEPT,
    OFF
  }

  private static final int NO_STEP = -1;
  private static final int MAX_FRAMES = 16;
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** The classes that stand between a program and its recorder. */
  private static final List<String> OWN_PACKAGES =
      List.of(Recorder.class.getPackageName() + ".", "io.holdfast.crash.internal.files.");

  private static final String OWN_BASE = PmemMap.class.getName();

  /** Where the platform's own stand between a program and its files. */
  private static final List<String> PLATFORM =
      List.of("java.nio.", "java.io.", "sun.nio.", "jdk.internal.", "java.util.concurrent.");

  /** Where programs are called from: what lies beyond says nothing about them. */
  private static final List<String> RUNNERS =
      List.of("io.holdfast.crash.internal.explore.", "io.holdfast.crash.internal.schedule.");

  private final Traces traces;
  private final @Nullable Turns turns;
  private final List<Event> events = new ArrayList<>();
  private final List<String> steps = new ArrayList<>();
  private final Map<Long, Integer> stepOfThread = new HashMap<>();
  private int[] stepOfEvent = {};
  private boolean stopped;
  private volatile @Nullable Runnable beforeEach;

  public Recorder(Traces traces) {
    this(traces, null);
  }

  /**
   * Begins.
   *
   * @param turns who decides which thread goes on, {@code null} if nobody does
   */
  public Recorder(Traces traces, @Nullable Turns turns) {
    this.traces = traces;
    this.turns = turns;
  }

  /** {@return who decides which thread goes on, {@code null} if nobody does} */
  @Nullable Turns turns() {
    return turns;
  }

  /**
   * Adds the event that {@code factory} makes of the caller's origin, unless recording has been
   * stopped.
   */
  public void record(Function<Origin, Event> factory) {
    lookBefore();
    add(factory);
  }

  private void lookBefore() {
    Runnable before = beforeEach;
    if (before != null) {
      before.run();
    }
  }

  private synchronized void add(Function<Origin, Event> factory) {
    if (!stopped) {
      Event event = factory.apply(origin());
      events.add(event);
      if (turns != null) {
        turns.recorded(event);
      }
      if (!steps.isEmpty()) {
        noteStep(events.size() - 1);
      }
    }
  }

  private void noteStep(int event) {
    if (event >= stepOfEvent.length) {
      int known = stepOfEvent.length;
      stepOfEvent = Arrays.copyOf(stepOfEvent, Math.max(64, event * 2));
      Arrays.fill(stepOfEvent, known, stepOfEvent.length, NO_STEP);
    }
    stepOfEvent[event] = stepOfThread.getOrDefault(Thread.currentThread().threadId(), NO_STEP);
  }

  /**
   * Makes what this thread does from here on one step.
   *
   * @return the number of steps before it
   */
  synchronized int beginStep(String name) {
    int number = steps.size();
    Integer outer = stepOfThread.putIfAbsent(Thread.currentThread().threadId(), number);
    if (outer != null) {
      throw new IllegalStateException(
          "step \"%s\" begins within step \"%s\"".formatted(name, steps.get(outer)));
    }
    steps.add(name);
    return number;
  }

  void endStep() {
    lookBefore();
    synchronized (this) {
      stepOfThread.remove(Thread.currentThread().threadId());
    }
  }

  /** {@return the steps of the run, and which event belongs to which} */
  public synchronized Steps steps() {
    return new Steps(
        List.copyOf(steps),
        Arrays.copyOf(stepOfEvent, Math.min(events.size(), stepOfEvent.length)));
  }

  /** Sets what is done before each event is recorded. */
  void beforeEach(Runnable action) {
    beforeEach = action;
  }

  /** Adds what was stored since the last event, nobody knows by whom. */
  synchronized void recordUntracked(int file, long position, byte[] before, byte[] after) {
    int last = events.size();
    while (last > 0 && events.get(last - 1) instanceof Event.UntrackedStore) {
      last--;
    }
    int since = last;
    add(
        finder ->
            new Event.UntrackedStore(
                new Origin(
                    finder.threadId(),
                    "an unknown thread, found by " + finder.thread(),
                    finder.trace()),
                file,
                position,
                before,
                after,
                since));
  }

  /** Ignores all that follows. */
  public synchronized void stop() {
    stopped = true;
  }

  public synchronized List<Event> events() {
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
                        .dropWhile(frame -> isPlatform(frame.getClassName()))
                        .takeWhile(frame -> !isRunner(frame.getClassName()))
                        .limit(MAX_FRAMES)
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .toList());
    return new Origin(thread.threadId(), name, trace);
  }

  private static boolean isPlatform(String className) {
    return PLATFORM.stream().anyMatch(className::startsWith);
  }

  private static boolean isRunner(String className) {
    return RUNNERS.stream().anyMatch(className::startsWith);
  }

  private static boolean isOwn(String className) {
    return OWN_PACKAGES.stream().anyMatch(className::startsWith) || className.equals(OWN_BASE);
  }
}
