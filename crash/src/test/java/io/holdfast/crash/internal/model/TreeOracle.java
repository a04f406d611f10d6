package io.holdfast.crash.internal.model;

import io.holdfast.crash.FileSystemModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The trees of files and folders that a power failure may leave, found the slow way: every subset
 * of all that was ever done, judged by rules of the form "if this has arrived, so has that". It
 * shares nothing with the model but the events. Writes are of one sector each.
 */
final class TreeOracle {
  private enum What {
    NAME,
    SIZE,
    BYTES
  }

  /**
   * What arrives at once.
   *
   * @param time the event
   * @param size the new size, of a piece that is one
   * @param replaces whether a file's new name was another's
   */
  private record Piece(int time, Event event, What what, long size, boolean replaces) {
    int file() {
      return event.file();
    }

    boolean isMetadata() {
      return what == What.NAME || event instanceof Event.Resize;
    }

    Event.Rename rename() {
      return (Event.Rename) event;
    }

    Set<Folder> folders() {
      Set<Folder> folders = new HashSet<>();
      names().forEach(name -> folders.add(name.folder()));
      return folders;
    }

    Set<Name> names() {
      Set<Name> names = new HashSet<>();
      if (rename().removed() != null) {
        names.add(rename().removed());
      }
      if (rename().added() != null) {
        names.add(rename().added());
      }
      return names;
    }

    boolean isFolder() {
      return rename().kind() == Event.NamedKind.FOLDER;
    }
  }

  private final FileSystemModel fileSystem;
  private final List<Event> events;
  private final List<Piece> pieces = new ArrayList<>();
  private final Set<Integer> folders = new HashSet<>();
  private final long[] requires;
  private long certain;

  TreeOracle(FileSystemModel fileSystem, List<Event> events) {
    this.fileSystem = fileSystem;
    this.events = events;
    cut();
    requires = new long[pieces.size()];
    for (int late = 0; late < requires.length; late++) {
      for (int early = 0; early < pieces.size(); early++) {
        if (late != early && isRequired(pieces.get(late), pieces.get(early))) {
          requires[late] |= 1L << early;
        }
      }
    }
    for (int time = 0; time < events.size(); time++) {
      switch (events.get(time)) {
        case Event.Sync sync -> sync(time, sync.file());
        case Event.SyncFolder sync -> syncFolder(time, sync.folder());
        default -> {}
      }
    }
  }

  private void cut() {
    Map<Integer, Long> sizes = new HashMap<>();
    Map<Name, Integer> names = new HashMap<>();
    for (int time = 0; time < events.size(); time++) {
      switch (events.get(time)) {
        case Event.Write write -> {
          long end = write.position() + write.bytes().length;
          if (end > sizes.getOrDefault(write.file(), 0L)) {
            sizes.put(write.file(), end);
            pieces.add(new Piece(time, write, What.SIZE, end, false));
          }
          pieces.add(new Piece(time, write, What.BYTES, 0, false));
        }
        case Event.Resize resize -> {
          sizes.put(resize.file(), resize.size());
          pieces.add(new Piece(time, resize, What.SIZE, resize.size(), false));
        }
        case Event.Rename rename -> {
          boolean replaces = rename.removed() != null && names.containsKey(rename.added());
          if (rename.kind() == Event.NamedKind.FOLDER) {
            folders.add(rename.file());
          }
          names.remove(rename.removed());
          if (rename.added() != null) {
            names.put(rename.added(), rename.file());
          }
          pieces.add(new Piece(time, rename, What.NAME, 0, replaces));
        }
        default -> {}
      }
    }
  }

  int pieces() {
    return pieces.size();
  }

  /** {@return whether {@code late} has not arrived without {@code early}} */
  private boolean isRequired(Piece late, Piece early) {
    boolean journal = fileSystem == FileSystemModel.EXT4_ORDERED;
    boolean sameFile = late.file() == early.file();
    if (journal && late.what() == What.SIZE && early.what() == What.BYTES) {
      return late.event().equals(early.event()); // data before size
    }
    if (early.time() >= late.time()) {
      return false;
    }
    if (journal && late.isMetadata() && early.isMetadata()) {
      return true;
    }
    if (journal && late.replaces() && sameFile && early.what() != What.NAME) {
      return true;
    }
    if (late.what() != early.what()) {
      return false;
    }
    return switch (late.what()) {
      case SIZE -> sameFile;
      case BYTES ->
          sameFile
              && ((Event.Write) late.event()).position()
                  == ((Event.Write) early.event()).position();
      case NAME ->
          late.names().stream().anyMatch(early.names()::contains)
              || (late.isFolder()
                  && late.rename().added() == null
                  && early.folders().contains(Folder.made(late.file())))
              || (isMoveOfFolder(late) && isMoveOfFolder(early));
    };
  }

  private static boolean isMoveOfFolder(Piece piece) {
    return piece.isFolder() && piece.rename().added() != null && piece.rename().removed() != null;
  }

  private void sync(int time, int file) {
    int last = -1;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.time() < time && piece.file() == file) {
        if (piece.what() != What.BYTES) {
          last = piece.time();
        }
        if (piece.what() != What.NAME) {
          certain |= 1L << i;
        }
      }
    }
    commit(last);
  }

  private void syncFolder(int time, Folder folder) {
    int last = -1;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.time() < time && piece.what() == What.NAME && piece.folders().contains(folder)) {
        last = piece.time();
        int since = piece.time();
        boolean all =
            piece.folders().stream()
                .allMatch(
                    needed ->
                        events.subList(since, time + 1).stream()
                            .anyMatch(
                                event ->
                                    event instanceof Event.SyncFolder sync
                                        && sync.folder().equals(needed)));
        if (all) {
          certain |= 1L << i;
        }
      }
    }
    commit(last);
  }

  /** A journal's commit takes all metadata up to {@code last}, and whatever these require. */
  private void commit(int last) {
    if (fileSystem == FileSystemModel.EXT4_ORDERED) {
      for (int i = 0; i < pieces.size(); i++) {
        if (pieces.get(i).time() <= last && pieces.get(i).isMetadata()) {
          certain |= 1L << i;
        }
      }
    }
  }

  /** {@return the trees, each as text} */
  Set<String> trees() {
    long needed = certain;
    for (long before = -1; before != needed; ) {
      before = needed;
      for (int i = 0; i < requires.length; i++) {
        needed |= (needed & 1L << i) != 0 ? requires[i] : 0;
      }
    }
    Set<String> trees = new TreeSet<>();
    for (long subset = 0; subset < 1L << pieces.size(); subset++) {
      if ((subset & needed) == needed && isClosed(subset)) {
        trees.add(tree(subset));
      }
    }
    return trees;
  }

  private boolean isClosed(long subset) {
    for (int i = 0; i < requires.length; i++) {
      if ((subset & 1L << i) != 0 && (subset & requires[i]) != requires[i]) {
        return false;
      }
    }
    return true;
  }

  private String tree(long subset) {
    Map<Name, Integer> names = new HashMap<>();
    Map<Integer, byte[]> bytes = new HashMap<>();
    Map<Integer, Integer> sizes = new HashMap<>();
    for (int i = 0; i < pieces.size(); i++) {
      if ((subset & 1L << i) == 0) {
        continue;
      }
      Piece piece = pieces.get(i);
      byte[] content = bytes.computeIfAbsent(piece.file(), _ -> new byte[4096]);
      switch (piece.what()) {
        case NAME -> {
          names.remove(piece.rename().removed());
          if (piece.rename().added() != null) {
            names.put(piece.rename().added(), piece.file());
          }
        }
        case SIZE -> {
          if (piece.size() < sizes.getOrDefault(piece.file(), 0)) {
            Arrays.fill(content, (int) piece.size(), content.length, (byte) 0);
          }
          sizes.put(piece.file(), (int) piece.size());
        }
        case BYTES -> {
          Event.Write write = (Event.Write) piece.event();
          System.arraycopy(write.bytes(), 0, content, (int) write.position(), write.bytes().length);
        }
      }
    }
    Map<String, String> byPath = new TreeMap<>();
    walk(Folder.ROOT, "", names, bytes, sizes, byPath);
    StringBuilder text = new StringBuilder();
    byPath.forEach((path, what) -> text.append(path).append(what).append(' '));
    return text.toString();
  }

  private void walk(
      Folder folder,
      String path,
      Map<Name, Integer> names,
      Map<Integer, byte[]> bytes,
      Map<Integer, Integer> sizes,
      Map<String, String> byPath) {
    names.forEach(
        (name, number) -> {
          if (name.folder().equals(folder)) {
            String own = path + "/" + name.last();
            if (folders.contains(number)) {
              byPath.put(own, "/");
              walk(Folder.made(number), own, names, bytes, sizes, byPath);
            } else {
              StringBuilder text = new StringBuilder("#" + sizes.getOrDefault(number, 0) + ":");
              byte[] content = bytes.getOrDefault(number, new byte[4096]);
              for (int at = 0; at < sizes.getOrDefault(number, 0); at += 512) {
                text.append(content[at] & 0xff).append(',');
              }
              byPath.put(own, text.toString());
            }
          }
        });
  }
}
