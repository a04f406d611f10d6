package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.medium.Steps;
import io.holdfast.crash.internal.model.Event;
import java.util.List;

/**
 * One run of the program under test.
 *
 * @param name which of its runs, in words; empty if there is but one
 * @param events what it did
 * @param steps which of them belong together
 */
public record RecordedRun(String name, List<Event> events, Steps steps) {

  /** A run without steps. */
  public RecordedRun(String name, List<Event> events) {
    this(name, events, Steps.NONE);
  }
}
