package io.holdfast.heap.internal;

import io.holdfast.heap.HeapFailedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether a heap has failed: after a write or sync has failed nothing is acknowledged any more
 * until the pool is opened again, since the kernel may have marked pages clean that never reached
 * the medium.
 *
 * <p>May be shared between threads.
 */
final class Failure {
  private final Path path;
  private volatile @Nullable Throwable cause;

  Failure(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** Remembers the first failure. */
  synchronized void fail(Throwable first) {
    if (cause == null) {
      cause = first;
    }
  }

  boolean isFailed() {
    return cause != null;
  }

  /**
   * Checks that the heap has not failed.
   *
   * @throws HeapFailedException if it has
   */
  void check() {
    Throwable known = cause;
    if (known != null) {
      throw new HeapFailedException(
          "%s: the heap has failed (%s); close it and open it again to recover"
              .formatted(path, known.getMessage()),
          known);
    }
  }
}
