package io.holdfast.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A temporary folder that is gone when the run is over, also when a signal ends it.
 *
 * <p>What processes of ours create there while it is removed may survive.
 */
final class Workspace implements AutoCloseable {
  private static final int MOST_ATTEMPTS = 1000;

  private final Path folder;
  private final Thread hook;

  private Workspace(Path folder) {
    this.folder = folder;
    this.hook = new Thread(this::remove, "remove " + folder);
  }

  /**
   * Creates a folder in {@code parent}.
   *
   * @throws IOException if it cannot be created
   */
  static Workspace in(Path parent) throws IOException {
    Workspace workspace =
        new Workspace(Files.createTempDirectory(parent, prefix(ProcessHandle.current().pid())));
    Runtime.getRuntime().addShutdownHook(workspace.hook);
    return workspace;
  }

  /** {@return how the names of a process's folders begin} */
  static String prefix(long pid) {
    return "holdfast-bench-" + pid + "-";
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      return; // The virtual machine is going down: the hook is at work.
    }
    remove();
  }

  /** Removes the folder although others, whom a signal does not stop, may still fill it. */
  private void remove() {
    for (int attempt = 1; ; attempt++) {
      try {
        removeOnce();
        return;
      } catch (DirectoryNotEmptyException | NoSuchFileException e) {
        if (attempt == MOST_ATTEMPTS) {
          throw new UncheckedIOException(e);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void removeOnce() throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause()); // the walk's
    }
  }
}
