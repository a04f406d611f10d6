package io.holdfast.examples;

import java.io.IOException;
import java.util.List;

/**
 * A write-ahead log: records that are durable, one after the other. After a crash it has all those
 * whose {@link #append} had returned, perhaps the next one too, and each of them whole. Not for use
 * by several threads.
 */
public interface Wal extends AutoCloseable {
  /** {@return the records, oldest first; all of them are durable} */
  List<String> records();

  /**
   * Appends a record. Durable on return.
   *
   * @param record the record
   * @throws IOException if that is not certain; the log must be opened again
   * @throws IndexOutOfBoundsException if there is no room for it
   */
  void append(String record) throws IOException;

  /**
   * Closes the log.
   *
   * @throws IOException if its file cannot be closed
   */
  @Override
  void close() throws IOException;
}
