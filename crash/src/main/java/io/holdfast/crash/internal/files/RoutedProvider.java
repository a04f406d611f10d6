package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.spi.FileSystemProvider;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Leads each path either to a simulated medium or to the host's provider. May be shared between
 * threads.
 */
public abstract class RoutedProvider extends FileSystemProvider {
  private static final Set<PosixFilePermission> EXECUTABLE =
      Set.of(
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final FileSystemProvider host;

  /**
   * For the two implementations.
   *
   * @param host the provider of all paths that are not simulated
   */
  protected RoutedProvider(FileSystemProvider host) {
    this.host = host;
  }

  final FileSystemProvider host() {
    return host;
  }

  /** {@return where on a medium a path leads, or {@code null} if it is the host's} */
  abstract @Nullable Route route(RoutedPath path);

  abstract boolean isSimulated(RoutedPath path);

  private @Nullable Route route(Path path) {
    return route(routed(path));
  }

  private RoutedPath routed(Path path) {
    if (path instanceof RoutedPath own && own.getFileSystem().provider().equals(this)) {
      return own;
    }
    throw new ProviderMismatchException("%s: a path of another provider".formatted(path));
  }

  /** {@return the host's path} */
  final Path inner(Path path) {
    return routed(path).inner();
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    return route(path) == null
        ? host.newInputStream(inner(path), options)
        : super.newInputStream(path, options);
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    return route(path) == null
        ? host.newOutputStream(inner(path), options)
        : super.newOutputStream(path, options);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Route route = route(path);
    return route == null
        ? host.newFileChannel(inner(path), options, attributes)
        : route.files().openChannel(route, OpenFlags.of(options), attributes);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return route(path) == null
        ? host.newByteChannel(inner(path), options, attributes)
        : newFileChannel(path, options, attributes);
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      @Nullable ExecutorService executor,
      FileAttribute<?>... attributes)
      throws IOException {
    Route route = route(path);
    if (route == null) {
      return host.newAsynchronousFileChannel(inner(path), options, executor, attributes);
    }
    if (options.contains(StandardOpenOption.APPEND)) {
      throw new UnsupportedOperationException("APPEND not allowed");
    }
    OpenFlags flags = OpenFlags.of(options);
    Executor runs = executor == null ? Runnable::run : executor;
    return new AsyncChannel(route.files().open(route, flags, attributes), runs);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    Route route = route(folder);
    return route == null
        ? new FolderStream(host.newDirectoryStream(inner(folder), _ -> true), folder, filter)
        : new FolderStream(route.files().list(route), folder, filter);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    Route route = route(folder);
    if (route == null) {
      host.createDirectory(inner(folder), attributes);
    } else {
      route.files().makeFolder(route, attributes);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    Route from = route(link);
    Route to = route(existing);
    if (from == null && to == null) {
      host.createLink(inner(link), inner(existing));
    } else if (from == null || to == null) {
      throw new UnsupportedOperationException(
          "%s: no link to %s, which is not on the same medium".formatted(link, existing));
    } else {
      to.files().link(from, to);
    }
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    if (route(link) != null) {
      throw new UnsupportedOperationException(
          "%s: a simulated medium has no symbolic links".formatted(link));
    }
    host.createSymbolicLink(inner(link), inner(target), attributes);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    Route route = route(link);
    if (route == null) {
      return routed(link).like(host.readSymbolicLink(inner(link)));
    }
    route.files().attributes(route);
    throw new NotLinkException(link.toString());
  }

  @Override
  public void delete(Path path) throws IOException {
    Route route = route(path);
    if (route == null) {
      host.delete(inner(path));
    } else {
      route.files().delete(route);
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    Route from = route(source);
    Route to = route(target);
    if (from == null && to == null) {
      host.copy(inner(source), inner(target), options);
    } else if (from == null || to == null) {
      copyAcross(source, target, options);
    } else {
      from.files().copy(from, to, options);
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Route from = route(source);
    Route to = route(target);
    if (from == null && to == null) {
      host.move(inner(source), inner(target), options);
    } else if (from == null || to == null) {
      if (Set.of(options).contains(StandardCopyOption.ATOMIC_MOVE)) {
        throw new AtomicMoveNotSupportedException(
            source.toString(), target.toString(), "not on the same medium");
      }
      copyAcross(source, target, options);
      delete(source);
    } else {
      from.files().move(from, to, options);
    }
  }

  /** Copies between the host and a medium; nothing is replaced before the source is known. */
  private void copyAcross(Path source, Path target, CopyOption... options) throws IOException {
    boolean isFolder = readAttributes(source, BasicFileAttributes.class).isDirectory();
    if (Set.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      deleteIfExists(target);
    }
    if (isFolder) {
      createDirectory(target);
    } else {
      try (InputStream in = newInputStream(source)) {
        Files.copy(in, target);
      }
    }
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    if (one.equals(other)) {
      return true;
    }
    if (!(other instanceof RoutedPath)) {
      return false;
    }
    Route first = route(one);
    Route second = route(other);
    if (first == null && second == null) {
      return host.isSameFile(inner(one), inner(other));
    }
    return first != null && second != null && first.files().isSame(first, second);
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    Path last = path.getFileName();
    return last != null && last.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    Route route = route(path);
    if (route == null) {
      return host.getFileStore(inner(path));
    }
    route.files().attributes(route);
    return new MediumStore(route.files());
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    Route route = route(path);
    if (route == null) {
      host.checkAccess(inner(path), modes);
    } else {
      checkExecutable(path, route.files().attributes(route), modes);
    }
  }

  /** Like root, who may read and write all, and execute what somebody may. */
  private static void checkExecutable(Path path, NodeAttributes attributes, AccessMode... modes)
      throws AccessDeniedException {
    if (Set.of(modes).contains(AccessMode.EXECUTE)
        && attributes.isRegularFile()
        && Collections.disjoint(attributes.permissions(), EXECUTABLE)) {
      throw new AccessDeniedException(path.toString());
    }
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    Route route = route(path);
    if (route == null) {
      return host.getFileAttributeView(inner(path), type, options);
    }
    String name = viewName(type);
    return name == null ? null : type.cast(new NodeAttributeView(route, name));
  }

  private static @Nullable String viewName(Class<? extends FileAttributeView> type) {
    if (type == BasicFileAttributeView.class) {
      return "basic";
    }
    if (type == PosixFileAttributeView.class) {
      return "posix";
    }
    return type == FileOwnerAttributeView.class ? "owner" : null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    Route route = route(path);
    if (route == null) {
      return host.readAttributes(inner(path), type, options);
    }
    if (type != BasicFileAttributes.class && type != PosixFileAttributes.class) {
      throw new UnsupportedOperationException(type + " not supported");
    }
    return type.cast(route.files().attributes(route));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    Route route = route(path);
    if (route == null) {
      return host.readAttributes(inner(path), attributes, options);
    }
    AttributeNames names = AttributeNames.parse(attributes);
    Map<String, Object> all = route.files().attributes(route).view(names.view());
    Map<String, Object> found = new LinkedHashMap<>();
    for (String name : names.names()) {
      if (name.equals("*")) {
        return all;
      }
      Object value = all.get(name);
      if (value == null) {
        throw new IllegalArgumentException("'%s' not recognized".formatted(name));
      }
      found.put(name, value);
    }
    return found;
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    Route route = route(path);
    if (route == null) {
      host.setAttribute(inner(path), attribute, value, options);
      return;
    }
    AttributeNames names = AttributeNames.parse(attribute);
    new NodeAttributeView(route, names.view()).set(names.names().getFirst(), value);
  }
}
