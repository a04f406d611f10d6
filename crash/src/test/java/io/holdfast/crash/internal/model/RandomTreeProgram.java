package io.holdfast.crash.internal.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Makes, renames, fills, cuts, removes and synchronises a few files and folders at random, never
 * doing what a kernel would refuse.
 */
final class RandomTreeProgram {
  private static final Origin ORIGIN = new Origin(1, "main", List.of());

  private final Random random;
  private final TreeMap<Name, Integer> names = new TreeMap<>();
  private final Map<Integer, Long> sizes = new TreeMap<>();
  private final List<Integer> folders = new ArrayList<>();
  private int next;
  private int value;

  RandomTreeProgram(Random random) {
    this.random = random;
  }

  Event next() {
    while (true) {
      Event event = attempt();
      if (event != null) {
        return event;
      }
    }
  }

  private Event attempt() {
    return switch (random.nextInt(13)) {
      case 0, 1 -> {
        Name name = freeName();
        if (name == null || sizes.size() >= 3) {
          yield null;
        }
        sizes.put(next, 0L);
        yield named(null, name, next++, Event.NamedKind.FILE);
      }
      case 2 -> {
        Name name = freeName();
        if (name == null || folders.size() >= 2) {
          yield null;
        }
        folders.add(next);
        yield named(null, name, next++, Event.NamedKind.FOLDER);
      }
      case 3, 4, 5 -> rename();
      case 6 -> {
        Name name = anyName();
        if (name == null || (isFolder(name) && !isEmpty(names.get(name)))) {
          yield null;
        }
        int number = names.get(name);
        folders.removeIf(folder -> folder == number);
        yield named(name, null, number, kind(name));
      }
      case 7, 8, 9 -> {
        Integer file = anyFile();
        if (file == null) {
          yield null;
        }
        // One sector at a time: how a write tears is tested elsewhere.
        long position = 512L * random.nextInt(2);
        byte[] bytes = new byte[512];
        Arrays.fill(bytes, (byte) ++value);
        sizes.merge(file, position + 512, Math::max);
        yield new Event.Write(ORIGIN, file, position, bytes, Event.WriteKind.LATER);
      }
      case 10 -> {
        Integer file = anyFile();
        if (file == null) {
          yield null;
        }
        long size = 512L * random.nextInt(3);
        if (size == sizes.get(file)) {
          yield null;
        }
        sizes.put(file, size);
        yield new Event.Resize(ORIGIN, file, size);
      }
      case 11 -> {
        Integer file = anyFile();
        if (file == null) {
          yield null;
        }
        yield new Event.Sync(ORIGIN, file);
      }
      default -> {
        Folder folder = anyFolder();
        yield new Event.SyncFolder(ORIGIN, folder, "folder");
      }
    };
  }

  private Event rename() {
    Name from = anyName();
    if (from == null) {
      return null;
    }
    Name to = nameIn(anyFolder());
    boolean folder = isFolder(from);
    if (to.equals(from)
        || (folder && (names.containsKey(to) || !to.folder().equals(Folder.ROOT)))
        || (names.containsKey(to) && isFolder(to))) {
      return null;
    }
    Integer replaced = names.get(to);
    if (replaced != null && replaced.equals(names.get(from))) {
      return null;
    }
    return named(from, to, names.get(from), kind(from));
  }

  private Event named(Name removed, Name added, int number, Event.NamedKind kind) {
    if (removed != null) {
      names.remove(removed);
    }
    if (added != null) {
      names.put(added, number);
    }
    return new Event.Rename(ORIGIN, removed, added, number, kind);
  }

  private Event.NamedKind kind(Name name) {
    return folders.contains(names.get(name)) ? Event.NamedKind.FOLDER : Event.NamedKind.FILE;
  }

  private boolean isFolder(Name name) {
    Integer number = names.get(name);
    return number != null && !sizes.containsKey(number);
  }

  private boolean isEmpty(int folder) {
    return names.keySet().stream().noneMatch(name -> name.folder().number() == folder);
  }

  private Folder anyFolder() {
    int which = random.nextInt(folders.size() + 1);
    return which == 0 ? Folder.ROOT : Folder.made(folders.get(which - 1));
  }

  private Name nameIn(Folder folder) {
    // What folders are called is for the model to find out.
    return Name.in(
        folder, folder.isMade() ? "?" : "/", String.valueOf((char) ('a' + random.nextInt(3))));
  }

  private Name freeName() {
    Folder folder = random.nextBoolean() ? Folder.ROOT : anyFolder();
    Name name = nameIn(folder);
    return names.containsKey(name) ? null : name;
  }

  private Name anyName() {
    return names.isEmpty()
        ? null
        : new ArrayList<>(names.keySet()).get(random.nextInt(names.size()));
  }

  private Integer anyFile() {
    List<Integer> files = names.values().stream().filter(sizes::containsKey).toList();
    return files.isEmpty() ? null : files.get(random.nextInt(files.size()));
  }
}
