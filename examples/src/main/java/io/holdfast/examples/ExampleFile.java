package io.holdfast.examples;

import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Creates the files of examples that map one: of a fixed size, fully allocated, complete or absent
 * after a crash, and durable on return.
 */
final class ExampleFile {
  private ExampleFile() {}

  /**
   * Creates a file unless there is one. Of several processes that do so at once, all get the same
   * file.
   *
   * @param byteSize how large it becomes, in bytes, all of them zero
   * @param contents writes what is not zero
   */
  static void createIfAbsent(Medium medium, Path path, long byteSize, Consumer<PmemFile> contents) {
    if (!Files.exists(path)) {
      try {
        create(medium, path, byteSize, contents);
      } catch (SystemCallException e) {
        // Another process was faster if the file is there now; whether it fits, opening it tells.
        if (!Files.exists(path)) {
          throw e;
        }
      }
    }
  }

  /** Creates a file, which must not exist. */
  static void create(Medium medium, Path path, long byteSize, Consumer<PmemFile> contents) {
    Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
    try (PmemFile file = medium.createUnnamed(folder)) {
      fill(file, byteSize, contents);
      file.publish(path);
    } catch (UnsupportedOperationException e) {
      createNamed(medium, path, byteSize, contents);
    }
    medium.syncFolder(folder);
  }

  /** For a file system without unnamed files. */
  private static void createNamed(
      Medium medium, Path path, long byteSize, Consumer<PmemFile> contents) {
    try (PmemFile file = medium.create(path)) {
      try {
        fill(file, byteSize, contents);
      } catch (RuntimeException e) {
        medium.delete(path);
        throw e;
      }
    }
  }

  private static void fill(PmemFile file, long byteSize, Consumer<PmemFile> contents) {
    file.allocate(0, byteSize);
    contents.accept(file);
    file.sync();
  }
}
