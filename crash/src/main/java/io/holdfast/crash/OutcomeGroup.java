package io.holdfast.crash;

import java.util.Map;
import java.util.SortedMap;

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
}
