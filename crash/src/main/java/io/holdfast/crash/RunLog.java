package io.holdfast.crash;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run says about itself while it is recorded, and what a check is told about the runs before
 * it.
 *
 * <p>A workload acknowledges what it has been promised to be durable; after a crash the check finds
 * here exactly what had been acknowledged by then, and asserts that all of it is there. A check may
 * acknowledge too: what it has read is then promised to the checks that follow a crash during or
 * after its own run. May be shared between threads.
 */
public final class RunLog {
  private final @Nullable Recorder recorder;
  private final List<String> acknowledged;

  RunLog(@Nullable Recorder recorder, List<String> acknowledged) {
    this.recorder = recorder;
    this.acknowledged = new ArrayList<>(acknowledged);
  }

  /**
   * Says that something is done and durable. Everything that happens from here on, also a crash,
   * happens after it.
   *
   * @param what the words that a check will find
   */
  public void acknowledge(String what) {
    synchronized (acknowledged) {
      acknowledged.add(what);
      if (recorder != null) {
        recorder.record(origin -> new Event.Acknowledge(origin, what));
      }
    }
  }

  /** {@return everything acknowledged so far, in order, first that of the runs before} */
  public List<String> acknowledged() {
    synchronized (acknowledged) {
      return List.copyOf(acknowledged);
    }
  }

  /**
   * {@return whether exactly {@code what} has been acknowledged}
   *
   * @param what the text sought
   */
  public boolean hasAcknowledged(String what) {
    return acknowledged().contains(what);
  }

  /**
   * Says that everything stored so far, by any thread, is durable. No crash follows from it; the
   * {@linkplain CrashReport#diagnosis diagnosis} names what is not.
   */
  public void promiseDurable() {
    if (recorder != null) {
      recorder.record(Event.Promise::new);
    }
  }

  /**
   * Says that this thread's stores belong to a transaction; from the first such call on, the report
   * names others.
   */
  public void beginTransaction() {
    if (recorder != null) {
      recorder.record(Event.Begin::new);
    }
  }

  /** Ends what {@link #beginTransaction} of this thread has begun. */
  public void endTransaction() {
    if (recorder != null) {
      recorder.record(Event.End::new);
    }
  }

  /**
   * Ends the part of the run in which crashes are explored: in a check, after recovery and before
   * trying what the recovered state is good for.
   */
  public void stopCrashing() {
    if (recorder != null) {
      recorder.stop();
    }
  }
}
