package io.holdfast.crash.internal.report;

import io.holdfast.crash.ExploredEvent;
import io.holdfast.crash.internal.medium.Steps;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The events of a run and what crashes after them leave, put into words only when somebody asks, so
 * that a report costs little more than the recorded run. Not changed any more once it is handed
 * out.
 */
public final class Timeline extends AbstractList<ExploredEvent> implements RandomAccess {
  private final List<Event> events;
  private final Steps steps;
  private final FileNames names;

  /** What crashes leave after the start and each event that was explored. */
  private final List<SortedMap<String, Long>> outcomes = new ArrayList<>();

  private final Map<SortedMap<String, Long>, SortedMap<String, Long>> same = new HashMap<>();

  public Timeline(MediumImage start, List<Event> events, Steps steps) {
    this.events = events;
    this.steps = steps;
    names = new FileNames(start);
    events.forEach(names::note);
  }

  /** Adds what crashes leave after the next event. */
  public void add(SortedMap<String, Long> found) {
    if (!outcomes.isEmpty() && outcomes.getLast().equals(found)) {
      outcomes.add(outcomes.getLast());
      return;
    }
    SortedMap<String, Long> copy = Collections.unmodifiableSortedMap(new TreeMap<>(found));
    SortedMap<String, Long> known = same.putIfAbsent(copy, copy);
    outcomes.add(known == null ? copy : known);
  }

  @Override
  public int size() {
    return events.size() + 1;
  }

  @Override
  public ExploredEvent get(int number) {
    SortedMap<String, Long> found =
        number < outcomes.size() ? outcomes.get(number) : Collections.emptySortedMap();
    if (number == 0) {
      return new ExploredEvent(
          0, ExploredEvent.Kind.START, "start of the run", "", "", List.of(), "", found);
    }
    Event event = events.get(number - 1);
    return new ExploredEvent(
        number,
        kind(event),
        event.describe(),
        event.file() < 0 ? "" : names.name(event.file()),
        event.origin().thread(),
        event.origin().trace(),
        steps.nameOf(number - 1),
        found);
  }

  private static ExploredEvent.Kind kind(Event event) {
    return switch (event) {
      case Event.Store _, Event.UntrackedStore _ -> ExploredEvent.Kind.STORE;
      case Event.Flush _, Event.DeepFlush _ -> ExploredEvent.Kind.FLUSH;
      case Event.Fence _ -> ExploredEvent.Kind.FENCE;
      case Event.Write _ -> ExploredEvent.Kind.WRITE;
      case Event.Sync _, Event.SyncFailed _, Event.SyncFolder _ -> ExploredEvent.Kind.SYNC;
      case Event.Rename _, Event.Resize _ -> ExploredEvent.Kind.FILE;
      default -> ExploredEvent.Kind.WORD;
    };
  }
}
