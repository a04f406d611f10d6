package io.holdfast.heap;

import io.holdfast.pmem.Medium;

/**
 * How a heap is created or opened. Immutable; each {@code with} method returns a changed copy.
 *
 * @param sizeBytes the size of a new file, in bytes; a smaller value than the heap's smallest size
 *     means that
 * @param limitBytes how far a new heap may grow, in bytes; that much address space is reserved, not
 *     storage
 * @param medium where the pool lives
 * @param checkpoints who checkpoints on an ordinary file
 */
public record HeapOptions(long sizeBytes, long limitBytes, Medium medium, Checkpoints checkpoints) {
  private static final long MIB = 1L << 20;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a size is negative or the limit is below the size
   */
  public HeapOptions {
    if (sizeBytes < 0 || limitBytes < sizeBytes) {
      throw new IllegalArgumentException(
          "size %d is not between 0 and limit %d".formatted(sizeBytes, limitBytes));
    }
  }

  /** {@return 16 MiB, growing up to 64 GiB, in the operating system's files} */
  public static HeapOptions defaults() {
    return new HeapOptions(16 * MIB, 64 * 1024 * MIB, Medium.system(), Checkpoints.BACKGROUND);
  }

  /**
   * {@return a copy for a new file of {@code bytes}; the limit is raised to it if it is lower}
   *
   * @param bytes the size in bytes
   */
  public HeapOptions withSize(long bytes) {
    return new HeapOptions(bytes, Math.max(bytes, limitBytes), medium, checkpoints);
  }

  /**
   * {@return a copy for a heap that may grow to {@code bytes}; the size is lowered to it if it is
   * higher}
   *
   * @param bytes the limit in bytes
   */
  public HeapOptions withLimit(long bytes) {
    return new HeapOptions(Math.min(bytes, sizeBytes), bytes, medium, checkpoints);
  }

  /**
   * {@return a copy for a pool on {@code value}}
   *
   * @param value the medium
   */
  public HeapOptions withMedium(Medium value) {
    return new HeapOptions(sizeBytes, limitBytes, value, checkpoints);
  }

  /**
   * {@return a copy with {@code value}}
   *
   * @param value who checkpoints
   */
  public HeapOptions withCheckpoints(Checkpoints value) {
    return new HeapOptions(sizeBytes, limitBytes, medium, value);
  }
}
