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
  record Anonymous(long byteSize) implements PmemSource {}

  /** {@return the existing file {@code path}} */
  static PmemSource of(Path path) {
    return new OfPath(path);
  }

  /** {@return the open file {@code file}} */
  static PmemSource of(PmemFile file) {
    return new OfFile(file);
  }

  /** {@return {@code byteSize} bytes of volatile memory} */
  static PmemSource anonymous(long byteSize) {
    return new Anonymous(byteSize);
  }
}
