package io.holdfast.pmem;

import java.nio.file.Path;

/** What is mapped: a file or anonymous memory. */
public sealed interface PmemSource {

  /**
   * An existing file, opened for the mapping.
   *
   * @param path the file
   */
  record OfPath(Path path) implements PmemSource {}

  /**
   * An open file, which stays the caller's.
   *
   * @param file the file
   */
  record OfFile(PmemFile file) implements PmemSource {}

  /**
   * Volatile memory.
   *
   * @param byteSize how many bytes
   */
  record Anonymous(long byteSize) implements PmemSource {

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if {@code byteSize} is negative
     */
    public Anonymous {
      if (byteSize < 0) {
        throw new IllegalArgumentException("size " + byteSize + " is negative");
      }
    }
  }

  /**
   * {@return the existing file {@code path}}
   *
   * @param path a regular file
   */
  static PmemSource of(Path path) {
    return new OfPath(path);
  }

  /**
   * {@return the open file {@code file}}
   *
   * @param file the file, of the medium that maps it
   */
  static PmemSource of(PmemFile file) {
    return new OfFile(file);
  }

  /**
   * {@return {@code byteSize} bytes of volatile memory}
   *
   * @param byteSize how many bytes, positive
   */
  static PmemSource anonymous(long byteSize) {
    return new Anonymous(byteSize);
  }
}
