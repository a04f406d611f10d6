package io.holdfast.crash.internal.medium;

import io.holdfast.crash.Operation;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Folder;
import io.holdfast.crash.internal.model.Name;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calls by which an ordinary program uses files, folders and names, as POSIX has them: on
 * absolute paths of the medium, where only what was made exists. They fail with {@link
 * SystemCallException}, as the kernel's do.
 *
 * <p>May be shared between threads.
 */
public final class FileCalls {
  private static final int ENOENT = 2;
  private static final int EBUSY = 16;
  private static final int EEXIST = 17;
  private static final int ENOTDIR = 20;
  private static final int EISDIR = 21;
  private static final int EINVAL = 22;
  private static final int ENOTEMPTY = 39;
  private static final int EPERM = 1;

  private final Simulation medium;
  private final Tree tree;

  FileCalls(Simulation medium, Tree tree) {
    this.medium = medium;
    this.tree = tree;
  }

  /** {@return the lock under which everything happens: who holds it sees nobody else's changes} */
  public Object lock() {
    return medium.lock();
  }

  /** {@return the file or folder, or {@code null} if there is none} */
  public @Nullable Node find(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      try {
        return tree.locate("stat", path).node();
      } catch (SystemCallException e) {
        return null;
      }
    }
  }

  /**
   * {@return the file or folder}
   *
   * @throws SystemCallException if there is none
   */
  public Node stat(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      return existing("stat", path);
    }
  }

  /** Opens an existing file. */
  public PmemFile open(String path, FileAccess access) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      return file("open", path, existing("open", path), access);
    }
  }

  /** Creates a file that does not exist. */
  public PmemFile create(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      Tree.Place place = tree.locate("open", path);
      if (place.node() != null) {
        throw new SystemCallException(path, "open", EEXIST);
      }
      medium.faults().check(Operation.CREATE, path);
      Inode inode = medium.newInode();
      give(Objects.requireNonNull(place.name()), inode);
      return file("open", path, inode, FileAccess.READ_WRITE);
    }
  }

  private PmemFile file(String call, String path, Node node, FileAccess access) {
    if (!(node instanceof Inode inode)) {
      throw new SystemCallException(path, call, EISDIR);
    }
    return new SimulatedFile(
        medium, inode, access, Simulation.pathOf(path), SimulatedFile.Named.YES);
  }

  /** {@return the file or folder that an open file is} */
  public Node nodeOf(PmemFile file) {
    return ((SimulatedFile) file).inode();
  }

  /** {@return what a file's bytes are now, and keep being until the medium is discarded} */
  public MemorySegment memory(PmemFile file, long position, long length) {
    synchronized (medium.lock()) {
      Window window = ((SimulatedFile) file).inode().window();
      window.reserve(position + length);
      return window.memory().asSlice(position, length);
    }
  }

  /** Makes a folder. */
  public void makeFolder(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      Tree.Place place = tree.locate("mkdir", path);
      if (place.node() != null) {
        throw new SystemCallException(path, "mkdir", EEXIST);
      }
      medium.faults().check(Operation.CREATE, path);
      give(
          Objects.requireNonNull(place.name()),
          new FolderNode(Folder.made(medium.newNumber()), medium.tick()));
    }
  }

  private void give(Name name, Node node) {
    touchFolder(name);
    tree.put(name, node);
    medium.record(origin -> new Event.Rename(origin, null, name, node.number(), kind(node)));
  }

  /** {@return the names in a folder, in order} */
  public List<String> list(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      return tree.list(folder("opendir", path).folder());
    }
  }

  /** Gives a file one more name. */
  public void link(String existing, String added) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      Node node = existing("link", existing);
      Tree.Place place = tree.locate("link", added);
      if (place.node() != null) {
        throw new SystemCallException(added, "link", EEXIST);
      }
      if (node.isFolder()) {
        throw new SystemCallException(existing, "link", EPERM);
      }
      medium.faults().check(Operation.PUBLISH, added);
      give(Objects.requireNonNull(place.name()), node);
    }
  }

  /** Removes a file's name. */
  public void unlink(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      Node node = existing("unlink", path);
      if (node.isFolder()) {
        throw new SystemCallException(path, "unlink", EISDIR);
      }
      medium.faults().check(Operation.DELETE, path);
      take(Objects.requireNonNull(tree.locate("unlink", path).name()), node);
    }
  }

  /** Removes an empty folder. */
  public void removeFolder(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      FolderNode folder = folder("rmdir", path);
      if (!tree.isEmpty(folder.folder())) {
        throw new SystemCallException(path, "rmdir", ENOTEMPTY);
      }
      Name name = tree.locate("rmdir", path).name();
      if (name == null) {
        throw new SystemCallException(path, "rmdir", EBUSY);
      }
      medium.faults().check(Operation.DELETE, path);
      take(name, folder);
    }
  }

  private void take(Name name, Node node) {
    touchFolder(name);
    tree.remove(name);
    medium.record(origin -> new Event.Rename(origin, name, null, node.number(), kind(node)));
  }

  /** Renames a file or folder, replacing a file or an empty folder of that name at once. */
  public void rename(String from, String to) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      Tree.Place source = tree.locate("rename", from);
      Tree.Place target = tree.locate("rename", to);
      Node node = source.node();
      Node replaced = target.node();
      if (node == null) {
        throw new SystemCallException(from, "rename", ENOENT);
      }
      if (source.name() == null || target.name() == null || isImplied(node)) {
        throw new SystemCallException(from, "rename", EBUSY);
      }
      Name removed = source.name();
      Name added = target.name();
      if (node.isFolder() && (to + "/").startsWith(from + "/") && !to.equals(from)) {
        throw new SystemCallException(from, "rename", EINVAL);
      }
      if (replaced != null && replaced.number() == node.number()) {
        return;
      }
      if (replaced != null) {
        checkReplaceable(from, to, node, replaced);
      }
      medium.faults().check(Operation.RENAME, from);
      touchFolder(removed);
      touchFolder(added);
      tree.remove(removed);
      tree.put(added, node);
      if (node instanceof FolderNode folder) {
        tree.calledAnew(added, folder);
      }
      medium.record(origin -> new Event.Rename(origin, removed, added, node.number(), kind(node)));
    }
  }

  private void checkReplaceable(String from, String to, Node node, Node replaced) {
    if (replaced instanceof FolderNode folder) {
      if (!node.isFolder()) {
        throw new SystemCallException(to, "rename", EISDIR);
      }
      if (!tree.isEmpty(folder.folder())) {
        throw new SystemCallException(to, "rename", ENOTEMPTY);
      }
    } else if (node.isFolder()) {
      throw new SystemCallException(from, "rename", ENOTDIR);
    }
  }

  /** Synchronises a folder: its names are durable on return. */
  public void syncFolder(String path) {
    synchronized (medium.lock()) {
      medium.checkInUse();
      Folder folder = folder("fsync", path).folder();
      medium.faults().check(Operation.SYNC_FOLDER, path);
      medium.record(origin -> new Event.SyncFolder(origin, folder, path));
    }
  }

  /** {@return the sum of the sizes of all files that have a name} */
  public long bytesUsed() {
    synchronized (medium.lock()) {
      return medium.bytesUsed();
    }
  }

  /** {@return what that sum may be at most} */
  public long bytesAtMost() {
    synchronized (medium.lock()) {
      return medium.faults().capacity();
    }
  }

  private void touchFolder(Name name) {
    String path = name.path();
    int slash = path.lastIndexOf('/');
    if (name.folder().isMade()
        && tree.locate("stat", path.substring(0, slash)).node() instanceof FolderNode folder) {
      folder.touch(medium.tick());
    }
  }

  private Node existing(String call, String path) {
    Node node = tree.locate(call, path).node();
    if (node == null) {
      throw new SystemCallException(path, call, ENOENT);
    }
    return node;
  }

  private FolderNode folder(String call, String path) {
    if (existing(call, path) instanceof FolderNode folder) {
      return folder;
    }
    throw new SystemCallException(path, call, ENOTDIR);
  }

  private static boolean isImplied(Node node) {
    return node instanceof FolderNode folder && !folder.folder().isMade();
  }

  private static Event.NamedKind kind(Node node) {
    return node.isFolder() ? Event.NamedKind.FOLDER : Event.NamedKind.FILE;
  }
}
