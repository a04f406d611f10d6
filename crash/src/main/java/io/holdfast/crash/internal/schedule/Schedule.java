package io.holdfast.crash.internal.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Which thread goes on at which decision, where it is another than would go on by itself: by itself
 * the thread goes on that had the turn before, or if it cannot, the first that can. Immutable.
 *
 * @param choices the decisions made otherwise, in order
 */
public record Schedule(List<Choice> choices) {
  /**
   * A decision made otherwise.
   *
   * @param decision its number in the run, counted from 1
   * @param thread the number of the thread that goes on, counted from 1
   */
  public record Choice(int decision, int thread) {}

  /** The schedule that makes no choice. */
  public static final Schedule STRAIGHT = new Schedule(List.of());

  private static final String STRAIGHT_TEXT = "straight";

  public Schedule {
    choices = List.copyOf(choices);
    int last = 0;
    for (Choice choice : choices) {
      if (choice.decision <= last || choice.thread < 1) {
        throw new IllegalArgumentException(
            "choice %d:%d: decisions increase from 1, and so do threads"
                .formatted(choice.decision, choice.thread));
      }
      last = choice.decision;
    }
  }

  /**
   * {@return the schedule that {@link #toString} has written}
   *
   * @throws IllegalArgumentException if it has not
   */
  public static Schedule parse(String text) {
    if (text.equals(STRAIGHT_TEXT)) {
      return STRAIGHT;
    }
    List<Choice> choices = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int colon = part.indexOf(':');
      try {
        choices.add(
            new Choice(
                Integer.parseInt(part.substring(0, Math.max(colon, 0))),
                Integer.parseInt(part.substring(colon + 1))));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "schedule '%s': '%s' is not of the form DECISION:THREAD".formatted(text, part), e);
      }
    }
    return new Schedule(choices);
  }

  /** {@return the number of the thread to go on at a decision, 0 if none is chosen} */
  int threadAt(int decision) {
    for (Choice choice : choices) {
      if (choice.decision == decision) {
        return choice.thread;
      }
    }
    return 0;
  }

  /** {@return the number of the last decision made otherwise, 0 if there is none} */
  int lastDecision() {
    return choices.isEmpty() ? 0 : choices.getLast().decision;
  }

  /** {@return this schedule with one more choice} */
  Schedule then(int decision, int thread) {
    List<Choice> more = new ArrayList<>(choices);
    more.add(new Choice(decision, thread));
    return new Schedule(more);
  }

  /** {@return "7:2,12:1": at the 7th decision thread 2 goes on, at the 12th thread 1} */
  @Override
  public String toString() {
    if (choices.isEmpty()) {
      return STRAIGHT_TEXT;
    }
    StringJoiner text = new StringJoiner(",");
    choices.forEach(choice -> text.add(choice.decision + ":" + choice.thread));
    return text.toString();
  }
}
