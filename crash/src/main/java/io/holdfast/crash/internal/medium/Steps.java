package io.holdfast.crash.internal.medium;

import java.util.List;

/**
 * The named operations of a run, in the order in which they began.
 *
 * @param names what they are called, those that were left out too
 * @param ofEvent for each event the number of its step, or -1
 */
@SuppressWarnings("ArrayRecordComponent") // steps are not compared
public record Steps(List<String> names, int[] ofEvent) {
  public static final Steps NONE = new Steps(List.of(), new int[0]);

  /** {@return the name of the step of the event of that index, empty if it belongs to none} */
  public String nameOf(int event) {
    int step = event < ofEvent.length ? ofEvent[event] : -1;
    return step < 0 ? "" : names.get(step);
  }
}
