package io.holdfast.crash.internal.model;

import java.util.List;

/**
 * Who did something: the thread, and where in the program it was, innermost call first and without
 * the simulator's own frames; no frames where traces are off.
 */
public record Origin(long threadId, String thread, List<StackTraceElement> trace) {

  /** {@return "by THREAD at FRAME", without the frame where it is not known} */
  public String describe() {
    return trace.isEmpty() ? "by " + thread : "by %s at %s".formatted(thread, trace.getFirst());
  }
}
