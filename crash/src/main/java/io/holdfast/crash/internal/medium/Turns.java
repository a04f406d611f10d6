package io.holdfast.crash.internal.medium;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.internal.model.Event;
import java.util.List;

/**
 * Who decides which of a program's threads goes on. A medium asks at the beginning of each
 * operation, while it holds none of its locks.
 */
public interface Turns {
  /** What a thread is about to do. */
  enum Step {
    /** Something that may become an event, or shows what only the medium's lock keeps in order. */
    OPERATION,
    /** Reading what another thread may have published. */
    ACQUIRING_READ,
    /** Reading. */
    READ
  }

  /** Returns when the calling thread may take its next step. */
  void pass(Step step);

  /** Notes an event, in the order of all. */
  void recorded(Event event);

  /**
   * Runs tasks, each in a thread of its own, and returns when all have ended.
   *
   * @throws Exception what the first task that failed has thrown
   */
  void together(List<RunLog.Task> tasks) throws Exception;
}
