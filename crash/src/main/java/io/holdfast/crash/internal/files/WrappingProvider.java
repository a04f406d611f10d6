package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The host's provider, but for paths below one folder: these lead to the medium of the run.
 *
 * <p>It may become the platform's default provider: its construction happens while that is being
 * looked for, and so must not ask for any path of the default file system.
 */
public abstract class WrappingProvider extends RoutedProvider {
  private static final URI FILES = URI.create("file:///");

  private final RoutedFileSystem fileSystem;
  private final Path root;
  private final String rootPath;

  /**
   * For the one public provider.
   *
   * @param host the provider of all other paths
   * @param root the folder whose contents are simulated
   * @throws IllegalArgumentException if {@code root} is not an absolute path below "/"
   */
  protected WrappingProvider(FileSystemProvider host, String root) {
    super(host);
    FileSystem system = host.getFileSystem(FILES);
    this.root = system.getPath(root).normalize();
    rootPath = this.root.toString();
    if (!this.root.isAbsolute() || this.root.getNameCount() == 0) {
      throw new IllegalArgumentException(
          "%s: no absolute path of a folder below \"/\"".formatted(root));
    }
    fileSystem = new WrappingFileSystem(this, system);
  }

  @Override
  @Nullable Route route(RoutedPath path) {
    if (!isSimulated(path)) {
      return null;
    }
    String below = absolute(path).toString().substring(rootPath.length());
    return new Route(
        MediumProvider.filesOf(CurrentMedium.of(path)),
        below.isEmpty() ? "/" : below,
        path.toString());
  }

  @Override
  boolean isSimulated(RoutedPath path) {
    return absolute(path).startsWith(root);
  }

  private static Path absolute(RoutedPath path) {
    return path.inner().toAbsolutePath().normalize();
  }

  @Override
  public String getScheme() {
    return host().getScheme();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) throws IOException {
    return host().newFileSystem(uri, environment);
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    host().getFileSystem(uri);
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    return new RoutedPath(fileSystem, host().getPath(uri));
  }

  private static final class WrappingFileSystem extends RoutedFileSystem {
    WrappingFileSystem(RoutedProvider provider, FileSystem host) {
      super(provider, host);
    }

    @Override
    Path absolute(Path inner) {
      return inner.toAbsolutePath();
    }

    @Override
    URI uriOf(RoutedPath path) {
      return path.inner().toUri();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return host().getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return host().supportedFileAttributeViews();
    }

    @Override
    public WatchService newWatchService() throws IOException {
      return host().newWatchService();
    }
  }
}
