package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Set;

/**
 * A file system whose paths a {@link RoutedProvider} leads to a medium or to the host. May be
 * shared between threads.
 */
abstract class RoutedFileSystem extends FileSystem {
  private final RoutedProvider provider;
  private final FileSystem host;

  RoutedFileSystem(RoutedProvider provider, FileSystem host) {
    this.provider = provider;
    this.host = host;
  }

  FileSystem host() {
    return host;
  }

  /** {@return an absolute path of the host's spelling for a relative one} */
  abstract Path absolute(Path inner);

  abstract URI uriOf(RoutedPath path);

  @Override
  public RoutedProvider provider() {
    return provider;
  }

  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException("this file system ends with its run");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return Set.of(getPath("/"));
  }

  @Override
  public abstract Iterable<FileStore> getFileStores();

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic", "posix", "owner");
  }

  @Override
  public Path getPath(String first, String... more) {
    return new RoutedPath(this, host.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = host.getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(path instanceof RoutedPath routed ? routed.inner() : path);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return host.getUserPrincipalLookupService();
  }

  @Override
  public abstract WatchService newWatchService() throws IOException;
}
