package io.holdfast.pmem.internal;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Closed mappings whose addresses are kept until no thread can know them any more.
 *
 * <p>The garbage collector finds that out. It does not know that a process may have only so many
 * ranges of addresses ({@code vm.max_map_count}, usually 65530), without which the JVM itself
 * cannot live, so that it is called when many are kept, as the JDK does for direct buffers. May be
 * shared between threads.
 */
final class ClosedMappings {
  private static final Cleaner CLEANER = Cleaner.create();

  private static final long CLOSED_BETWEEN_COLLECTIONS = 4096;

  private static final AtomicLong CLOSED = new AtomicLong();
  private static final AtomicLong RELEASED = new AtomicLong();

  private ClosedMappings() {}

  /** Releases {@code mapping} when {@code user}, which is closed, is unreachable. */
  static void release(MappedPmem user, Mapping mapping) {
    CLEANER.register(
        user,
        () -> {
          mapping.release();
          RELEASED.incrementAndGet();
        });
    long closed = CLOSED.incrementAndGet();
    if (closed % CLOSED_BETWEEN_COLLECTIONS == 0
        && closed - RELEASED.get() > CLOSED_BETWEEN_COLLECTIONS / 2) {
      System.gc();
    }
  }
}
