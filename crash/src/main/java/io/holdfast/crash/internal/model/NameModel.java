package io.holdfast.crash.internal.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of a medium, of files and of folders: those that are certain, those that are visible,
 * and the changes in between.
 *
 * <p>A change arrives at any time until its folders have been synchronised. Changes of the same
 * name keep their order, and so do {@linkplain NameChange few others}; the rest has none. A name
 * whose folder has lost its own is lost with it, even if it was synchronised.
 */
final class NameModel {
  private static final int MAX_CHOICES = 256;

  private final TreeMap<Name, Integer> certain;
  private final TreeMap<Name, Integer> visible;
  private final Set<Integer> folders;
  private final List<NameChange> pending = new ArrayList<>();

  /** What the names are in doubt about, until one of them changes again. */
  private Doubt.@Nullable OfNames doubt;

  /** Those by which a file took the place of another. */
  private final Set<NameChange> replacements = Collections.newSetFromMap(new IdentityHashMap<>());

  NameModel(SortedMap<Name, Integer> names, Set<Integer> folders) {
    certain = new TreeMap<>(names);
    visible = new TreeMap<>(names);
    this.folders = new HashSet<>(folders);
  }

  NameModel fork() {
    NameModel fork = new NameModel(certain, folders);
    fork.visible.clear();
    fork.visible.putAll(visible);
    for (NameChange change : pending) {
      NameChange copy = change.fork();
      fork.pending.add(copy);
      if (replacements.contains(change)) {
        fork.replacements.add(copy);
      }
    }
    return fork;
  }

  SortedMap<Name, Integer> visible() {
    return reachable(visible);
  }

  /** {@return the numbers of folders among those that files have, too} */
  Set<Integer> folders() {
    return Set.copyOf(folders);
  }

  boolean isFolder(int number) {
    return folders.contains(number);
  }

  void apply(long sequence, Event.Rename event) {
    doubt = null;
    if (event.kind() == Event.NamedKind.FOLDER) {
      folders.add(event.file());
    }
    NameChange change = NameChange.of(sequence, event);
    if (event.added() != null && event.removed() != null && visible.containsKey(event.added())) {
      replacements.add(change);
    }
    change.applyTo(visible);
    pending.add(change);
  }

  /** {@return the changes in doubt, oldest first} */
  List<NameChange> pending() {
    return List.copyOf(pending);
  }

  /** {@return those of them by which a file took the place of another} */
  Set<NameChange> replacements() {
    return replacements;
  }

  /** Settles the changes up to one. */
  void settle(long sequence) {
    doubt = null;
    while (!pending.isEmpty() && pending.getFirst().sequence() <= sequence) {
      NameChange change = pending.removeFirst();
      change.applyTo(certain);
      replacements.remove(change);
    }
  }

  /** {@return the doubt where changes arrive in order: in choice n the last n are lost} */
  Doubt.OfNames doubtInOrder() {
    List<Doubt.NameChoice> choices = new ArrayList<>();
    TreeMap<Name, Integer> names = new TreeMap<>(certain);
    for (int arrived = 0; ; arrived++) {
      choices.add(
          new Doubt.NameChoice(
              reachable(new TreeMap<>(names)),
              List.copyOf(pending.subList(arrived, pending.size()))));
      if (arrived == pending.size()) {
        break;
      }
      pending.get(arrived).applyTo(names);
    }
    return new Doubt.OfNames(
        new TreeMap<>(certain),
        List.copyOf(pending),
        this::reachable,
        reached(choices),
        List.copyOf(choices.reversed()),
        true);
  }

  /** Settles the changes for which {@code folder} was the last, with those that they depend on. */
  void sync(Folder folder) {
    doubt = null;
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
        replacements.remove(change);
        i.remove();
      }
    }
  }

  Doubt.OfNames doubt() {
    Doubt.OfNames known = doubt;
    if (known == null) {
      known = find();
      doubt = known;
    }
    return known;
  }

  private Doubt.OfNames find() {
    Map<SortedMap<Name, Integer>, Partial> states = new LinkedHashMap<>();
    List<Partial> ways = List.of(new Partial(new TreeMap<>(certain), List.of()));
    boolean complete = true;
    int things = 0;
    for (NameChange change : pending) {
      things++;
      List<Partial> next = new ArrayList<>();
      for (Partial way : ways) {
        if (way.lost().stream().noneMatch(change::dependsOn)) {
          TreeMap<Name, Integer> names = new TreeMap<>(way.names());
          change.applyTo(names);
          next.add(new Partial(names, way.lost()));
        }
      }
      for (Partial way : ways) {
        List<NameChange> lost = new ArrayList<>(way.lost());
        lost.add(change);
        next.add(new Partial(way.names(), lost));
      }
      complete &= next.size() <= MAX_CHOICES;
      List<NameChange> soFar = pending.subList(0, things);
      ways = Thinning.keep(next, MAX_CHOICES, way -> way.isSimple(soFar), change.sequence());
    }
    for (Partial way : ways) {
      SortedMap<Name, Integer> names = reachable(way.names());
      states.merge(
          names,
          new Partial(names, way.lost()),
          (a, b) -> a.lost().size() <= b.lost().size() ? a : b);
    }
    List<Doubt.NameChoice> choices = new ArrayList<>();
    states.values().forEach(way -> choices.add(new Doubt.NameChoice(way.names(), way.lost())));
    return new Doubt.OfNames(
        new TreeMap<>(certain),
        List.copyOf(pending),
        this::reachable,
        reached(choices),
        List.copyOf(choices),
        complete);
  }

  private static Set<Integer> reached(List<Doubt.NameChoice> ways) {
    Set<Integer> reached = new HashSet<>();
    ways.forEach(way -> reached.addAll(way.names().values()));
    return reached;
  }

  /** One way in which the first changes may have arrived. */
  private record Partial(SortedMap<Name, Integer> names, List<NameChange> lost) {
    @SuppressWarnings("ReferenceEquality")
    boolean isSimple(List<NameChange> changes) {
      int count = lost.size();
      return Thinning.isSimple(
          changes.size(),
          count,
          count > 0 && lost.getLast() == changes.get(count - 1),
          count > 0 && lost.getFirst() == changes.get(changes.size() - count));
    }
  }

  /**
   * {@return those names to which a way leads, by the paths that they have here}
   *
   * <p>Where no folder was ever made, these are all.
   */
  private SortedMap<Name, Integer> reachable(SortedMap<Name, Integer> names) {
    if (folders.isEmpty()) {
      return Collections.unmodifiableSortedMap(names);
    }
    Map<Integer, List<Map.Entry<Name, Integer>>> inFolder = new HashMap<>();
    TreeMap<Name, Integer> found = new TreeMap<>();
    Deque<Map.Entry<Name, Integer>> open = new ArrayDeque<>();
    for (Map.Entry<Name, Integer> entry : names.entrySet()) {
      Folder folder = entry.getKey().folder();
      if (folder.isMade()) {
        inFolder.computeIfAbsent(folder.number(), _ -> new ArrayList<>()).add(entry);
      } else {
        open.add(entry);
      }
    }
    while (!open.isEmpty()) {
      Map.Entry<Name, Integer> entry = open.remove();
      found.put(entry.getKey(), entry.getValue());
      if (folders.contains(entry.getValue())) {
        List<Map.Entry<Name, Integer>> children = inFolder.remove(entry.getValue());
        if (children != null) {
          String path = entry.getKey().path();
          children.forEach(
              child -> open.add(Map.entry(child.getKey().under(path), child.getValue())));
        }
      }
    }
    return Collections.unmodifiableSortedMap(found);
  }
}
