package io.holdfast.crash.internal.medium;

import io.holdfast.crash.internal.model.Folder;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Name;
import io.holdfast.pmem.SystemCallException;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The names of a medium and what they stand for. Everything here happens under the medium's lock.
 *
 * <p>It answers two kinds of programs. For those of persistent memory every folder exists: what
 * nobody has made is implied by a name in it. For those of {@code java.nio.file} a folder exists if
 * it was made, or if something with a name is in it; what is missing is missing.
 */
final class Tree {
  private static final int ENOENT = 2;
  private static final int ENOTDIR = 20;

  private final TreeMap<Name, Node> entries = new TreeMap<>();
  private int madeFolders;

  /**
   * What a path leads to.
   *
   * @param name its name, {@code null} for the folder that everything lies in
   * @param node what the name stands for, {@code null} if nothing
   */
  record Place(@Nullable Name name, @Nullable Node node) {}

  /** Fills an empty tree. */
  void load(MediumImage image, Function<Integer, Inode> inodes, FileTime now) {
    Map<Integer, Node> nodes = new TreeMap<>();
    image
        .names()
        .forEach(
            (name, number) ->
                put(
                    name,
                    nodes.computeIfAbsent(
                        number,
                        _ ->
                            image.isFolder(number)
                                ? new FolderNode(Folder.made(number), now)
                                : inodes.apply(number))));
  }

  /** {@return what the names are, and how many folders there are among what they stand for} */
  SortedMap<Name, Node> entries() {
    return entries;
  }

  void put(Name name, Node node) {
    // Remove first: an equal key would keep the path it was once called by.
    remove(name);
    entries.put(name, node);
    if (node.isFolder()) {
      madeFolders++;
    }
  }

  void remove(Name name) {
    Node node = entries.remove(name);
    if (node != null && node.isFolder()) {
      madeFolders--;
    }
  }

  /** Calls what is in a folder by the paths that it has now. */
  void calledAnew(Name folderName, FolderNode folder) {
    for (Name child : namesIn(folder.folder())) {
      Node node = entries.remove(child);
      Name now = child.under(folderName.path());
      if (node != null) {
        entries.put(now, node);
        if (node instanceof FolderNode inner) {
          calledAnew(now, inner);
        }
      }
    }
  }

  @Nullable Node get(Name name) {
    return entries.get(name);
  }

  /** {@return the name of an absolute path, where every folder exists} */
  Name nameOf(String path) {
    if (madeFolders == 0 || path.equals("/")) {
      return Name.implied(path);
    }
    int slash = path.lastIndexOf('/');
    String folderPath = slash <= 0 ? "/" : path.substring(0, slash);
    return Name.in(folderOf(folderPath), folderPath, path.substring(slash + 1));
  }

  /** {@return the folder of an absolute path, where every folder exists} */
  Folder folderOf(String path) {
    Folder folder = Folder.ROOT;
    String folderPath = "/";
    for (String word : words(path)) {
      Name name = Name.in(folder, folderPath, word);
      folderPath = name.path();
      if (entries.get(name) instanceof FolderNode made) {
        folder = made.folder();
      } else if (folder.isMade()) {
        // Below a folder that was made nothing is implied: the rest is a place of its own.
        return Folder.implied(path);
      } else {
        folder = Folder.implied(folderPath);
      }
    }
    return folder;
  }

  /**
   * {@return where an absolute path leads, where only those folders exist that were made or have
   * something in them}
   *
   * @throws SystemCallException if a folder on the way is missing (ENOENT) or is a file (ENOTDIR)
   */
  Place locate(String call, String path) {
    Folder folder = Folder.ROOT;
    String folderPath = "/";
    List<String> words = words(path);
    for (int i = 0; i < words.size(); i++) {
      Name name = Name.in(folder, folderPath, words.get(i));
      Node node = entries.get(name);
      if (node == null && !folder.isMade() && isImplied(name.path())) {
        node = new FolderNode(Folder.implied(name.path()), FileTime.fromMillis(0));
      }
      if (i == words.size() - 1) {
        return new Place(name, node);
      }
      if (node == null) {
        throw new SystemCallException(path, call, ENOENT);
      }
      if (!(node instanceof FolderNode next)) {
        throw new SystemCallException(path, call, ENOTDIR);
      }
      folder = next.folder();
      folderPath = name.path();
    }
    return new Place(null, new FolderNode(Folder.ROOT, FileTime.fromMillis(0)));
  }

  /** {@return whether a folder that nobody made exists by what is in it} */
  private boolean isImplied(String path) {
    Folder folder = Folder.implied(path);
    Name next = entries.ceilingKey(Name.in(folder, path, ""));
    if (next == null || next.folder().isMade()) {
      return false;
    }
    String found = next.folder().path();
    if (found.equals(path) || found.startsWith(path + "/")) {
      return true;
    }
    // Another folder's path may stand between: "/a-b" comes before "/a/b".
    next = entries.ceilingKey(Name.in(Folder.implied(path + "/"), path, ""));
    return next != null && !next.folder().isMade() && next.folder().path().startsWith(path + "/");
  }

  /** {@return the last words of the names in a folder, in order} */
  List<String> list(Folder folder) {
    TreeSet<String> words = new TreeSet<>();
    namesIn(folder).forEach(name -> words.add(name.last()));
    if (!folder.isMade()) {
      String prefix = folder.equals(Folder.ROOT) ? "/" : folder.path() + "/";
      for (Name name : entries.tailMap(Name.in(Folder.implied(prefix), prefix, "")).keySet()) {
        String path = name.folder().path();
        if (name.folder().isMade() || !path.startsWith(prefix)) {
          break;
        }
        if (path.length() > prefix.length()) {
          words.add(words(path.substring(prefix.length())).getFirst());
        }
      }
    }
    return new ArrayList<>(words);
  }

  boolean isEmpty(Folder folder) {
    return list(folder).isEmpty();
  }

  private List<Name> namesIn(Folder folder) {
    List<Name> names = new ArrayList<>();
    for (Name name : entries.tailMap(Name.in(folder, folder.path(), ""), true).keySet()) {
      if (!name.folder().equals(folder)) {
        break;
      }
      names.add(name);
    }
    return names;
  }

  private static List<String> words(String path) {
    List<String> words = new ArrayList<>();
    for (int from = 0; from < path.length(); ) {
      int to = path.indexOf('/', from);
      if (to < 0) {
        to = path.length();
      }
      if (to > from) {
        words.add(path.substring(from, to));
      }
      from = to + 1;
    }
    return words;
  }
}
