package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Event;
import java.util.List;

/**
 * One run of the program under test.
 *
 * @param name which of its runs, in words; empty if there is but one
 * @param events what it did
 */
public record RecordedRun(String name, List<Event> events) {}
