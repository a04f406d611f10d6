package io.holdfast.crash.internal.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The names of a medium: those that are certain, those that are visible, and the changes in
 * between.
 *
 * <p>A change arrives at any time until its folders have been synchronised. Changes of the same
 * name keep their order; others have none.
 */
final class NameModel {
  private static final int MAX_CHOICES = 256;

  private final TreeMap<Path, Integer> certain;
  private final TreeMap<Path, Integer> visible;
  private final List<NameChange> pending = new ArrayList<>();

  NameModel(SortedMap<Path, Integer> names) {
    certain = new TreeMap<>(names);
    visible = new TreeMap<>(names);
  }

  NameModel fork() {
    NameModel fork = new NameModel(certain);
    fork.visible.clear();
    fork.visible.putAll(visible);
    pending.forEach(change -> fork.pending.add(change.fork()));
    return fork;
  }

  SortedMap<Path, Integer> visible() {
    return Collections.unmodifiableSortedMap(visible);
  }

  void apply(Event.Rename event) {
    NameChange change = NameChange.of(event);
    change.applyTo(visible);
    pending.add(change);
  }

  /** Settles the changes for which {@code folder} was the last, with those that they depend on. */
  void sync(Path folder) {
    Set<NameChange> settled = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = pending.size() - 1; i >= 0; i--) {
      NameChange change = pending.get(i);
      change.unsynced().remove(folder);
      if (change.unsynced().isEmpty()
          || settled.stream().anyMatch(later -> later.dependsOn(change))) {
        settled.add(change);
      }
    }
    for (Iterator<NameChange> i = pending.iterator(); i.hasNext(); ) {
      NameChange change = i.next();
      if (settled.contains(change)) {
        change.applyTo(certain);
        i.remove();
      }
    }
  }

  Doubt.OfNames doubt() {
    Map<SortedMap<Path, Integer>, List<NameChange>> states = new LinkedHashMap<>();
    List<Partial> ways = List.of(new Partial(new TreeMap<>(certain), List.of()));
    for (NameChange change : pending) {
      List<Partial> next = new ArrayList<>();
      for (Partial way : ways) {
        if (way.lost().stream().noneMatch(change::dependsOn)) {
          TreeMap<Path, Integer> names = new TreeMap<>(way.names());
          change.applyTo(names);
          next.add(new Partial(names, way.lost()));
        }
      }
      for (Partial way : ways) {
        List<NameChange> lost = new ArrayList<>(way.lost());
        lost.add(change);
        next.add(new Partial(way.names(), lost));
      }
      ways = Thinning.keep(next, MAX_CHOICES);
    }
    for (Partial way : ways) {
      states.merge(way.names(), way.lost(), (a, b) -> a.size() <= b.size() ? a : b);
    }
    List<Doubt.NameChoice> choices = new ArrayList<>();
    states.forEach((names, lost) -> choices.add(new Doubt.NameChoice(names, lost)));
    return new Doubt.OfNames(choices);
  }

  /** One way in which the first changes may have arrived. */
  private record Partial(SortedMap<Path, Integer> names, List<NameChange> lost) {}
}
