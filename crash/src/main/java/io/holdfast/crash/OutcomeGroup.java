package io.holdfast.crash;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Successive events after which crashes have the same outcomes.
 *
 * @param firstEvent the number of the first of them; events are counted from 1, 0 is the start of
 *     the run
 * @param lastEvent the number of the last
 * @param states the outcomes, each with the number of states that have it, those counted that look
 *     the same after several events
 */
public record OutcomeGroup(int firstEvent, int lastEvent, SortedMap<String, Long> states) {

  /** The outcome of states that the check does not accept. */
  public static final String FAILED = "CHECK FAILED";

  /** {@return "after events 0-14: "empty" (12 states)"} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        firstEvent == lastEvent
            ? "after event %d: ".formatted(firstEvent)
            : "after events %d-%d: ".formatted(firstEvent, lastEvent));
    String separator = "";
    for (Map.Entry<String, Long> entry : states.entrySet()) {
      text.append(separator)
          .append('"')
          .append(entry.getKey())
          .append("\" (")
          .append(entry.getValue())
          .append(entry.getValue() == 1 ? " state)" : " states)");
      separator = ", ";
    }
    return text.toString();
  }

  /**
   * Adds what was found after one event to the last of {@code groups}, or to a new one if the
   * outcomes are others.
   */
  static void add(List<OutcomeGroup> groups, int event, SortedMap<String, Long> found) {
    OutcomeGroup last = groups.isEmpty() ? null : groups.getLast();
    if (last == null || !last.states.keySet().equals(found.keySet())) {
      groups.add(
          new OutcomeGroup(event, event, Collections.unmodifiableSortedMap(new TreeMap<>(found))));
      return;
    }
    SortedMap<String, Long> sum = new TreeMap<>(last.states);
    found.forEach((outcome, states) -> sum.merge(outcome, states, Long::sum));
    groups.set(
        groups.size() - 1,
        new OutcomeGroup(last.firstEvent, event, Collections.unmodifiableSortedMap(sum)));
  }
}
