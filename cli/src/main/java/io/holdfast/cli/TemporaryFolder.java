package io.holdfast.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder for files only, which is removed with them on close, and if the process is interrupted.
 */
final class TemporaryFolder implements AutoCloseable {
  private final Path path;
  private final ShutdownHook hook;

  private TemporaryFolder(Path path) {
    this.path = path;
    this.hook = new ShutdownHook(() -> remove(path));
  }

  /** Makes a folder in another. */
  static TemporaryFolder in(Path parent) throws IOException {
    return new TemporaryFolder(Files.createTempDirectory(parent, "holdfast-tour-"));
  }

  /** The folder. */
  Path path() {
    return path;
  }

  @Override
  public void close() {
    hook.close();
    remove(path);
  }

  private static void remove(Path path) {
    try {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
