package io.holdfast.crash.internal.explore;

import io.holdfast.crash.OutcomeGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The outcomes of an exploration's events, those after successive events in one group. */
final class OutcomeGroups {
  private final List<OutcomeGroup> groups = new ArrayList<>();
  private final SortedMap<Integer, SortedMap<String, Long>> byEvent = new TreeMap<>();

  /**
   * Adds what was found after one event to the last group, or to a new one if the outcomes are
   * others.
   */
  void add(int event, SortedMap<String, Long> found) {
    OutcomeGroup last = groups.isEmpty() ? null : groups.getLast();
    if (last == null || !last.states().keySet().equals(found.keySet())) {
      groups.add(
          new OutcomeGroup(event, event, Collections.unmodifiableSortedMap(new TreeMap<>(found))));
      return;
    }
    SortedMap<String, Long> sum = new TreeMap<>(last.states());
    found.forEach((outcome, states) -> sum.merge(outcome, states, Long::sum));
    groups.set(
        groups.size() - 1,
        new OutcomeGroup(last.firstEvent(), event, Collections.unmodifiableSortedMap(sum)));
  }

  /** Adds what was found after so many events of one of several runs. */
  void addOfMany(int event, SortedMap<String, Long> found) {
    SortedMap<String, Long> sum = byEvent.computeIfAbsent(event, _ -> new TreeMap<>());
    found.forEach((outcome, states) -> sum.merge(outcome, states, Long::sum));
  }

  List<OutcomeGroup> all() {
    byEvent.forEach(this::add);
    byEvent.clear();
    return groups;
  }
}
