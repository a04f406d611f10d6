package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory, mounted for one test; needs root. */
final class SmallFileSystem implements AutoCloseable {
  private final Path folder;

  private SmallFileSystem(Path folder) {
    this.folder = folder;
  }

  /** Mounts one of the given type, or skips the test and says why. */
  static SmallFileSystem mount(Path parent, String type, String options) throws IOException {
    Path folder = Files.createTempDirectory(parent, type);
    if (run("mount", "-t", type, "-o", options, type, folder.toString()) != 0) {
      System.out.println("skipped, " + type + " cannot be mounted (needs root)");
      abort(type + " cannot be mounted");
    }
    return new SmallFileSystem(folder);
  }

  private static int run(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .onExit()
        .join()
        .exitValue();
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    assertThat(run("umount", "-l", folder.toString())).isZero();
  }
}
