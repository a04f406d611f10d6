package io.holdfast.crash.internal.files;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/**
 * A path of a {@link RoutedFileSystem}: the host's path of the same spelling does its algebra.
 * Immutable.
 */
final class RoutedPath implements Path {
  private final RoutedFileSystem fileSystem;
  private final Path inner;

  RoutedPath(RoutedFileSystem fileSystem, Path inner) {
    this.fileSystem = fileSystem;
    this.inner = inner;
  }

  /** {@return the host's path that is spelt like this one} */
  Path inner() {
    return inner;
  }

  /** {@return a path of the same file system, spelt like the host's} */
  Path like(Path hostPath) {
    return made(hostPath);
  }

  private Path made(Path made) {
    return new RoutedPath(fileSystem, made);
  }

  private @Nullable Path madeOrNull(@Nullable Path made) {
    return made == null ? null : made(made);
  }

  private Path innerOf(Path other) {
    if (other instanceof RoutedPath path && path.fileSystem.equals(fileSystem)) {
      return path.inner;
    }
    throw new ProviderMismatchException("%s: a path of another file system".formatted(other));
  }

  @Override
  public FileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return inner.isAbsolute();
  }

  @Override
  public @Nullable Path getRoot() {
    return madeOrNull(inner.getRoot());
  }

  @Override
  public @Nullable Path getFileName() {
    return madeOrNull(inner.getFileName());
  }

  @Override
  public @Nullable Path getParent() {
    return madeOrNull(inner.getParent());
  }

  @Override
  public int getNameCount() {
    return inner.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return made(inner.getName(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return made(inner.subpath(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof RoutedPath path
        && path.fileSystem.equals(fileSystem)
        && inner.startsWith(path.inner);
  }

  @Override
  public boolean endsWith(Path other) {
    return other instanceof RoutedPath path
        && path.fileSystem.equals(fileSystem)
        && inner.endsWith(path.inner);
  }

  @Override
  public Path normalize() {
    return made(inner.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return made(inner.resolve(innerOf(other)));
  }

  @Override
  public Path relativize(Path other) {
    return made(inner.relativize(innerOf(other)));
  }

  @Override
  public URI toUri() {
    return fileSystem.uriOf(this);
  }

  @Override
  public Path toAbsolutePath() {
    return isAbsolute() ? this : made(fileSystem.absolute(inner));
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    Route route = fileSystem.provider().route(this);
    if (route == null) {
      return made(inner.toRealPath(options));
    }
    if (route.files().calls().find(route.path()) == null) {
      throw new NoSuchFileException(toString());
    }
    return toAbsolutePath().normalize();
  }

  /**
   * {@return the host's file of that name}
   *
   * @throws UnsupportedOperationException if this is a path of a simulated medium: what goes
   *     through {@link File} cannot be recorded
   */
  @Override
  public File toFile() {
    if (fileSystem.provider().isSimulated(this)) {
      throw new UnsupportedOperationException(
          "%s: a file of a simulated medium is not seen by java.io.File".formatted(this));
    }
    return inner.toFile();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers)
      throws IOException {
    if (fileSystem.provider().isSimulated(this)) {
      throw new UnsupportedOperationException(
          "%s: a simulated medium cannot be watched".formatted(this));
    }
    return inner.register(watcher, events, modifiers);
  }

  @Override
  public int compareTo(Path other) {
    return inner.compareTo(innerOf(other));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RoutedPath path
        && path.fileSystem.equals(fileSystem)
        && path.inner.equals(inner);
  }

  @Override
  public int hashCode() {
    return inner.hashCode();
  }

  @Override
  public String toString() {
    return inner.toString();
  }
}
