package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Folder;
import io.holdfast.crash.internal.model.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The changes of names and sizes that no sync has made durable yet, in the order of a run. */
final class UnsyncedFiles {
  /** The folders that a change of names still waits for. */
  private final Map<Event.Rename, Set<Folder>> names = new LinkedHashMap<>();

  /** The last change of the size of each file. */
  private final Map<Integer, Event.Resize> sizes = new LinkedHashMap<>();

  void note(Event event) {
    switch (event) {
      case Event.Rename rename -> names.put(rename, folders(rename));
      case Event.SyncFolder folder ->
          names
              .values()
              .removeIf(
                  waiting -> {
                    waiting.remove(folder.folder());
                    return waiting.isEmpty();
                  });
      case Event.Resize resize -> sizes.put(resize.file(), resize);
      case Event.Sync sync -> sizes.remove(sync.file());
      default -> {}
    }
  }

  List<Event> open() {
    List<Event> open = new ArrayList<>(names.keySet());
    open.addAll(sizes.values());
    return open;
  }

  /** {@return the folders whose sync makes a change of names durable, in words} */
  static String folder(Event.Rename rename) {
    Set<String> paths = new LinkedHashSet<>();
    for (Name name : new Name[] {rename.removed(), rename.added()}) {
      if (name != null) {
        paths.add(parent(name));
      }
    }
    return String.join(" and ", paths);
  }

  private static String parent(Name name) {
    String path = name.toString();
    int end = path.lastIndexOf('/');
    return end <= 0 ? "/" : path.substring(0, end);
  }

  private static Set<Folder> folders(Event.Rename rename) {
    Set<Folder> folders = new LinkedHashSet<>();
    add(folders, rename.removed());
    add(folders, rename.added());
    return folders;
  }

  private static void add(Set<Folder> folders, @Nullable Name name) {
    if (name != null) {
      folders.add(name.folder());
    }
  }
}
