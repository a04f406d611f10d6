package io.holdfast.heap.internal;

import java.lang.foreign.MemorySegment;

/**
 * Makes records durable in the order of their sequence numbers and applies them to their home
 * locations.
 *
 * <p>A record that {@link #commit} has put in order survives a crash as soon as {@link
 * #awaitDurable} says so; recovery then applies it again. May be shared between threads; records
 * that are in doubt at the same time never touch the same bytes, because their writers hold locks
 * until they are applied.
 */
abstract sealed class Journal permits LaneJournal, LogJournal {
  final Failure failure;

  Journal(Failure failure) {
    this.failure = failure;
  }

  /**
   * Runs a write or sync after whose failure nothing may be acknowledged any more.
   *
   * @throws io.holdfast.heap.HeapFailedException if it fails, or something has failed before
   */
  final void failing(Runnable call) {
    failure.check();
    try {
      BlockingCalls.run(call);
    } catch (RuntimeException | Error e) {
      failure.fail(e);
      failure.check();
    }
  }

  /**
   * {@return the largest record the journal itself can hold; the rest of a larger one goes to
   * extents}
   */
  abstract long maxRecordBytes();

  /**
   * Puts a record in order and applies it; the caller holds the locks of what it changes.
   *
   * @param journalled what goes into the journal
   * @param applied what is applied: the same, or what {@code journalled} refers to in extents
   * @return the sequence number
   * @throws io.holdfast.heap.OutcomeUnknownException if it cannot be known whether the record
   *     became durable
   */
  abstract long commit(JournalRecord journalled, JournalRecord applied);

  /**
   * Waits, not interruptibly, until the record with {@code sequence} and all before it are durable.
   */
  abstract void awaitDurable(long sequence);

  /** {@return a number not below any record's that has been applied} */
  abstract long lastSequence();

  /** Makes bytes that were stored in place durable, before a record that makes them reachable. */
  abstract void writeInPlace(long offset, long length);

  /** Writes a part of a record that is larger than the journal holds to free space. */
  abstract void writeExtent(long offset, MemorySegment source, long from, long length);

  /** Ends a series of writes in place and to extents: they are durable on return. */
  abstract void syncInPlace();

  /**
   * Raises the watermark as far as possible, which frees journal space and what quarantined frees
   * hold.
   */
  abstract void checkpoint();

  /** {@return the watermark: every record up to it is durable at home and will not be replayed} */
  abstract long watermark();

  /** Stops background work. The caller has checkpointed and nothing else runs. */
  abstract void close();
}
