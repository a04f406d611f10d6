package io.holdfast.crash.internal.files;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.crash.internal.medium.Simulation;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;

/**
 * The provider of one medium's file system, all of whose paths are the medium's. May be shared
 * between threads.
 */
public final class MediumProvider extends RoutedProvider {
  private static final String SCHEME = "holdfast-crash";

  private final MediumFiles files;
  private final RoutedFileSystem fileSystem;

  private MediumProvider(Simulation medium, FileSystem host) {
    super(host.provider());
    files = new MediumFiles(medium.fileCalls());
    fileSystem = new MediumFileSystem(this, host, medium.toString());
  }

  /** {@return a file system that shows the files of a medium} */
  public static FileSystem of(SimulatedMedium medium) {
    return new MediumProvider((Simulation) medium, HostFiles.system()).fileSystem;
  }

  static MediumFiles filesOf(SimulatedMedium medium) {
    RoutedFileSystem fileSystem = (RoutedFileSystem) medium.fileSystem();
    return ((MediumProvider) fileSystem.provider()).files;
  }

  @Override
  Route route(RoutedPath path) {
    String absolute = path.inner().isAbsolute() ? path.toString() : "/" + path;
    boolean plain = !absolute.contains("/.");
    String found = plain ? absolute : fileSystem.absolute(path.inner()).normalize().toString();
    return new Route(files, found, path.toString());
  }

  @Override
  boolean isSimulated(RoutedPath path) {
    return true;
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("a simulated medium has one file system: its own");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new FileSystemNotFoundException(
        "%s: a simulated medium is not known by a name".formatted(uri));
  }

  @Override
  public Path getPath(URI uri) {
    throw new FileSystemNotFoundException(
        "%s: a simulated medium is not known by a name".formatted(uri));
  }

  private static final class MediumFileSystem extends RoutedFileSystem {
    private final String name;

    MediumFileSystem(RoutedProvider provider, FileSystem host, String name) {
      super(provider, host);
      this.name = name;
    }

    @Override
    Path absolute(Path inner) {
      return host().getPath("/").resolve(inner);
    }

    @Override
    URI uriOf(RoutedPath path) {
      return URI.create(
          SCHEME + ":" + host().getPath(absolute(path.inner()).toString()).toUri().getRawPath());
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return List.of(new MediumStore(((MediumProvider) provider()).files));
    }

    @Override
    public WatchService newWatchService() {
      throw new UnsupportedOperationException("a simulated medium cannot be watched");
    }

    @Override
    public String toString() {
      return "files of " + name;
    }
  }
}
