package io.holdfast.crash.internal.files;

import io.holdfast.crash.internal.medium.FileCalls;
import io.holdfast.crash.internal.medium.Node;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of one medium, as {@code java.nio.file} calls them. Each call does to the medium what
 * the platform's own provider does to Linux, call by call: so a move that may replace removes its
 * target before it renames, unless it is to be atomic. May be shared between threads.
 */
final class MediumFiles {
  private static final int COPY_BYTES = 1 << 16;

  private final FileCalls calls;
  private final LockTable locks = new LockTable();
  private final Object appending = new Object();

  MediumFiles(FileCalls calls) {
    this.calls = calls;
  }

  FileCalls calls() {
    return calls;
  }

  LockTable locks() {
    return locks;
  }

  /** {@return who holds it appends alone} */
  Object appending() {
    return appending;
  }

  /** {@return an open folder or an open file} */
  FileChannel openChannel(Route route, OpenFlags flags, FileAttribute<?>... attributes)
      throws IOException {
    Node node = calls.find(route.path());
    if (node != null && node.isFolder() && !flags.writes()) {
      return new FolderChannel(route);
    }
    return new SimulatedChannel(open(route, flags, attributes));
  }

  OpenFile open(Route route, OpenFlags flags, FileAttribute<?>... attributes) throws IOException {
    Set<PosixFilePermission> permissions = permissions(attributes);
    return Failures.call(
        route.shown(),
        null,
        () -> {
          PmemFile file = openOrCreate(route, flags, permissions);
          if (flags.has(StandardOpenOption.TRUNCATE_EXISTING)
              && flags.writes()
              && file.size() > 0) {
            file.truncate(0);
          }
          if (flags.has(StandardOpenOption.DELETE_ON_CLOSE)) {
            removeName(route);
          }
          return new OpenFile(this, file, flags, route.path());
        });
  }

  private PmemFile openOrCreate(
      Route route, OpenFlags flags, @Nullable Set<PosixFilePermission> permissions)
      throws IOException {
    boolean createNew = flags.has(StandardOpenOption.CREATE_NEW);
    // Between the look and the creation nobody may create it.
    synchronized (appending) {
      Node node = calls.find(route.path());
      if (flags.writes() && (createNew || flags.has(StandardOpenOption.CREATE)) && node == null) {
        PmemFile created = calls.create(route.path());
        if (permissions != null) {
          calls.nodeOf(created).setPermissions(permissions);
        }
        return created;
      }
      if (createNew && flags.writes()) {
        throw new FileAlreadyExistsException(route.shown());
      }
    }
    return calls.open(route.path(), flags.writes() ? FileAccess.READ_WRITE : FileAccess.READ_ONLY);
  }

  private static @Nullable Set<PosixFilePermission> permissions(FileAttribute<?>... attributes) {
    Set<PosixFilePermission> permissions = null;
    for (FileAttribute<?> attribute : attributes) {
      if (!attribute.name().equals("posix:permissions")) {
        throw new UnsupportedOperationException(
            "'%s' not supported as initial attribute".formatted(attribute.name()));
      }
      permissions = EnumSet.noneOf(PosixFilePermission.class);
      for (Object permission : (Set<?>) attribute.value()) {
        permissions.add((PosixFilePermission) permission);
      }
    }
    return permissions;
  }

  void makeFolder(Route route, FileAttribute<?>... attributes) throws IOException {
    Set<PosixFilePermission> permissions = permissions(attributes);
    Failures.act(
        route.shown(),
        null,
        () -> {
          calls.makeFolder(route.path());
          if (permissions != null) {
            calls.stat(route.path()).setPermissions(permissions);
          }
        });
  }

  void delete(Route route) throws IOException {
    Failures.act(route.shown(), null, () -> remove(route));
  }

  private void remove(Route route) {
    if (calls.stat(route.path()).isFolder()) {
      calls.removeFolder(route.path());
    } else {
      calls.unlink(route.path());
    }
  }

  /** As the platform does it: at once, and where that fails the file stays. */
  private void removeName(Route route) {
    try {
      calls.unlink(route.path());
    } catch (SystemCallException _) {
      // The platform tells nobody either, and a program must not be crashed with better news.
    }
  }

  void move(Route source, Route target, CopyOption... options) throws IOException {
    List<CopyOption> wanted = checked(StandardCopyOption.ATOMIC_MOVE, options);
    if (!wanted.contains(StandardCopyOption.ATOMIC_MOVE)) {
      Node moved = found(source);
      Node replaced = calls.find(target.path());
      if (replaced != null) {
        if (replaced.number() == moved.number()) {
          return;
        }
        makeRoom(target, wanted);
      }
    }
    Failures.act(source.shown(), target.shown(), () -> calls.rename(source.path(), target.path()));
  }

  void copy(Route source, Route target, CopyOption... options) throws IOException {
    List<CopyOption> wanted = checked(StandardCopyOption.COPY_ATTRIBUTES, options);
    Node copied = found(source);
    Node replaced = calls.find(target.path());
    if (replaced != null) {
      if (replaced.number() == copied.number()) {
        return;
      }
      makeRoom(target, wanted);
    }
    if (copied.isFolder()) {
      makeFolder(target);
    } else {
      copyBytes(source, target);
    }
    change(
        target,
        made -> {
          made.setPermissions(copied.permissions());
          if (wanted.contains(StandardCopyOption.COPY_ATTRIBUTES)) {
            made.setTimes(copied.modified(), copied.accessed(), copied.created());
          }
        });
  }

  /** {@return the options of a call that takes {@code special} besides what all take} */
  private static List<CopyOption> checked(CopyOption special, CopyOption... options) {
    for (CopyOption option : options) {
      if (!option.equals(special)
          && option != StandardCopyOption.REPLACE_EXISTING
          && option != LinkOption.NOFOLLOW_LINKS) {
        throw new UnsupportedOperationException(
            (special == StandardCopyOption.COPY_ATTRIBUTES
                    ? "Unsupported copy option: "
                    : "Unsupported option: ")
                + option);
      }
    }
    return List.of(options);
  }

  private void makeRoom(Route target, List<CopyOption> wanted) throws IOException {
    if (!wanted.contains(StandardCopyOption.REPLACE_EXISTING)) {
      throw new FileAlreadyExistsException(target.shown());
    }
    Failures.act(target.shown(), null, () -> remove(target));
  }

  private void copyBytes(Route source, Route target) throws IOException {
    OpenFlags read = OpenFlags.of(Set.of());
    OpenFlags write = OpenFlags.of(Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    OpenFile from = open(source, read);
    try {
      OpenFile to = open(target, write);
      try {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        for (long done = 0; from.read(buffer, done) > 0; buffer.clear()) {
          done += to.write(buffer.flip(), done);
        }
      } finally {
        to.close();
      }
    } finally {
      from.close();
    }
  }

  void link(Route link, Route existing) throws IOException {
    Failures.act(link.shown(), existing.shown(), () -> calls.link(existing.path(), link.path()));
  }

  /** {@return the names in a folder, in order} */
  List<String> list(Route route) throws IOException {
    return Failures.call(
        route.shown(),
        null,
        () -> {
          try {
            return calls.list(route.path());
          } catch (SystemCallException e) {
            if (e.errno() == Failures.ENOTDIR) {
              throw new NotDirectoryException(route.shown());
            }
            throw e;
          }
        });
  }

  boolean isSame(Route one, Route other) throws IOException {
    int number = attributeSource(one).number();
    Node node = attributeSource(other);
    return number >= 0 ? number == node.number() : one.path().equals(other.path());
  }

  /** {@return the attributes; what is below a file is not there, as the platform has it} */
  NodeAttributes attributes(Route route) throws IOException {
    synchronized (calls.lock()) {
      return NodeAttributes.of(found(route));
    }
  }

  void change(Route route, Consumer<Node> change) throws IOException {
    synchronized (calls.lock()) {
      change.accept(attributeSource(route));
    }
  }

  private Node attributeSource(Route route) throws IOException {
    return Failures.call(route.shown(), null, () -> calls.stat(route.path()));
  }

  /** {@return what is there; what is below a file is not} */
  private Node found(Route route) throws IOException {
    Node node = calls.find(route.path());
    if (node == null) {
      throw new NoSuchFileException(route.shown());
    }
    return node;
  }

  long bytesUsed() {
    return calls.bytesUsed();
  }

  long bytesAtMost() {
    return calls.bytesAtMost();
  }
}
