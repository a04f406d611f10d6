package io.holdfast.pmem;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Copies, moves and fills on an executor's threads, piece by piece so that they can be cancelled.
 *
 * <p>Each piece goes without a fence, and the one at the end is the same thread's: it makes all of
 * them durable.
 */
final class AsyncStores {
  private static final long PIECE_BYTES = 1 << 20;

  private AsyncStores() {}

  /** Stores one piece of a range, without a fence. */
  private interface Piece {
    void store(long done, long length);
  }

  static CompletableFuture<Void> copy(
      PmemMap map,
      long offset,
      MemorySegment source,
      long sourceOffset,
      long length,
      Executor executor) {
    return start(
        map,
        executor,
        future ->
            forwards(
                length,
                future,
                (done, bytes) ->
                    map.copy(
                        offset + done, source, sourceOffset + done, bytes, CopyMode.NO_DRAIN)));
  }

  static CompletableFuture<Void> move(
      PmemMap map, long offset, long sourceOffset, long length, Executor executor) {
    Piece piece =
        (done, bytes) -> map.move(offset + done, sourceOffset + done, bytes, CopyMode.NO_DRAIN);
    return start(
        map,
        executor,
        offset <= sourceOffset
            ? future -> forwards(length, future, piece)
            : future -> backwards(length, future, piece));
  }

  static CompletableFuture<Void> fill(
      PmemMap map, long offset, long length, byte value, Executor executor) {
    return start(
        map,
        executor,
        future ->
            forwards(
                length,
                future,
                (done, bytes) -> map.fill(offset + done, bytes, value, CopyMode.NO_DRAIN)));
  }

  private static void forwards(long length, CompletableFuture<Void> future, Piece piece) {
    for (long done = 0; done < length && !future.isDone(); done += PIECE_BYTES) {
      piece.store(done, Math.min(PIECE_BYTES, length - done));
    }
  }

  private static void backwards(long length, CompletableFuture<Void> future, Piece piece) {
    for (long rest = length; rest > 0 && !future.isDone(); ) {
      long bytes = Math.min(PIECE_BYTES, rest);
      rest -= bytes;
      piece.store(rest, bytes);
    }
  }

  /** What stores the pieces until the future is done, by a cancellation. */
  private interface Stores {
    void run(CompletableFuture<Void> future);
  }

  private static CompletableFuture<Void> start(PmemMap map, Executor executor, Stores stores) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    executor.execute(
        () -> {
          try {
            stores.run(future);
            map.drain();
            map.checkFaults();
            future.complete(null);
          } catch (Throwable t) {
            // A fault is an error, too, and whoever waits must not wait for ever.
            future.completeExceptionally(t);
          }
        });
    return future;
  }
}
