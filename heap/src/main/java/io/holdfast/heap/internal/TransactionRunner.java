package io.holdfast.heap.internal;

import io.holdfast.heap.Computation;
import io.holdfast.heap.Locks;
import io.holdfast.heap.ObjectConstructor;
import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.heap.TransactionAbortedException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * How a heap's transactions run: who has the heap, which locks are held, what happens when one
 * fails, which callbacks follow.
 *
 * <p>A transaction is durable when {@link #transact} or {@link #operate} returns, and has left
 * nothing if one throws, unless it says that the outcome is unknown. Any number of threads.
 */
final class TransactionRunner {
  private static final System.Logger LOGGER = System.getLogger("io.holdfast.heap");

  /** What a thread runs that is in {@link #read} and in no transaction. */
  private static final Object READING = new Object();

  private static final long NESTED_LOCK_SECONDS = 2;

  private final HeapCore core;
  private final Path path;
  private final HeapLock lock = new HeapLock();

  /** What this thread runs: one per heap, since a thread may use several. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable Object> current = new ThreadLocal<>();

  private final AtomicReference<@Nullable Transaction> spare = new AtomicReference<>();
  private final ConcurrentLinkedQueue<Transaction> spares = new ConcurrentLinkedQueue<>();

  /**
   * Guarded by having the heap alone. Anyone may look whether it is their own: a thread finds
   * itself in it only from when it has begun it to when it has ended it.
   */
  private @Nullable Transaction alone;

  /**
   * A transaction of one step, whose arguments are passed along so that no object has to hold them.
   */
  interface Step {
    /**
     * Does it.
     *
     * @param constructor what the caller wants to have called, if anything
     * @return its result
     */
    <X extends Exception> long run(
        Transaction tx, long a, long b, long c, @Nullable ObjectConstructor<X> constructor)
        throws X;
  }

  TransactionRunner(HeapCore core) {
    this.core = core;
    this.path = core.path();
  }

  // ---- whole transactions

  /** Runs a transaction; see {@link HeapCore#transact}. */
  <R extends @Nullable Object, X extends Exception> R transact(
      @Nullable Locks locks, Computation<R, X> body) throws X {
    Transaction outer = joined();
    if (outer != null) {
      return nested(outer, locks, body);
    }
    Transaction tx = begin(locks);
    List<Runnable> onDurable;
    long sequence;
    R result;
    try {
      result = body.get();
      onDurable = onDurable(tx);
      sequence = commit(tx);
    } catch (Throwable e) {
      rollBack(tx, e);
      throw e;
    } finally {
      end(tx, locks);
    }
    core.journal().awaitDurable(sequence);
    run(onDurable);
    return result;
  }

  /**
   * Runs a transaction of one step and returns once it is durable; inside another it joins that
   * one, which cannot commit if the step fails.
   *
   * @param locks as for {@link #transact}
   * @return the step's result
   */
  <X extends Exception> long operate(
      @Nullable Locks locks,
      Step step,
      long a,
      long b,
      long c,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    Transaction outer = joined();
    if (outer != null) {
      try {
        if (locks != null) {
          lockAllBounded(locks, outer.held());
        }
        return step.run(outer, a, b, c, constructor);
      } catch (Throwable e) {
        outer.doom(e);
        throw e;
      }
    }
    Transaction tx = begin(locks);
    List<Runnable> onDurable;
    long sequence;
    long result;
    try {
      result = step.run(tx, a, b, c, constructor);
      onDurable = onDurable(tx);
      sequence = commit(tx);
    } catch (Throwable e) {
      rollBack(tx, e);
      throw e;
    } finally {
      end(tx, locks);
    }
    core.journal().awaitDurable(sequence);
    run(onDurable);
    return result;
  }

  private static List<Runnable> onDurable(Transaction tx) {
    return tx.durable().isEmpty() ? List.of() : List.copyOf(tx.durable());
  }

  /** {@return the transaction that what this thread begins would join, if any} */
  private @Nullable Transaction joined() {
    Object running = current.get();
    if (running == null) {
      return null;
    }
    if (!(running instanceof Transaction tx)) {
      throw new IllegalStateException(path + ": a transaction cannot begin inside read");
    }
    if (!tx.isRunning()) {
      throw new IllegalStateException(
          path + ": a transaction cannot begin inside a callback of another");
    }
    return tx;
  }

  /** Joins the running transaction; if the body fails, that one cannot commit. */
  private <R extends @Nullable Object, X extends Exception> R nested(
      Transaction tx, @Nullable Locks locks, Computation<R, X> body) throws X {
    try {
      if (locks != null) {
        lockAllBounded(locks, tx.held());
      }
      return body.get();
    } catch (Throwable e) {
      tx.doom(e);
      throw e;
    }
  }

  // ---- their parts

  private Transaction begin(@Nullable Locks locks) {
    HeapLock.Mode mode = mode(locks);
    lock.acquire(mode);
    Transaction tx = null;
    try {
      core.checkUsable();
      tx = locks == null ? transactionAlone() : takeTransaction();
      current.set(tx);
      if (locks != null) {
        lockAll(locks, tx.held());
      }
      tx.begin();
      return tx;
    } catch (Throwable e) {
      if (tx == null) {
        lock.release(mode);
      } else {
        end(tx, locks);
      }
      throw e;
    }
  }

  private long commit(Transaction tx) {
    Throwable doom = tx.doom();
    if (doom != null) {
      throw new TransactionAbortedException(
          "%s: transaction aborted, since a nested one failed: %s".formatted(path, doom), doom);
    }
    core.failure().check();
    long sequence = tx.commit();
    tx.finish();
    run(tx.applied());
    return sequence;
  }

  /** What {@code e} has ended is undone, or cannot be. The caller throws {@code e} on. */
  private void rollBack(Transaction tx, Throwable e) {
    if (tx.isCommitted()) {
      throw failedAfterCommit(e);
    }
    tx.abort();
    if (!tx.isInDoubt()) {
      run(tx.aborted());
    }
    if (e instanceof InternalError fault) {
      throw core.map().mediaError(fault);
    }
  }

  /** The record may be durable, so that all that can be done is to stop. */
  private OutcomeUnknownException failedAfterCommit(Throwable e) {
    core.failure().fail(e);
    return new OutcomeUnknownException(
        "%s: whether the transaction is durable cannot be known, since %s came after it was committed"
            .formatted(path, e.getClass().getName()),
        e);
  }

  /** Gives everything back that {@link #begin} has taken. */
  private void end(Transaction tx, @Nullable Locks locks) {
    try {
      unlockAll(tx.held());
      leave();
      tx.clear();
      if (locks != null) {
        giveBack(tx);
      }
    } finally {
      lock.release(mode(locks));
    }
  }

  private static HeapLock.Mode mode(@Nullable Locks locks) {
    return locks == null ? HeapLock.Mode.EXCLUSIVE : HeapLock.Mode.WRITERS;
  }

  // ---- what is no transaction

  /** Runs {@code body} with a consistent view, excluding transactions. */
  <R extends @Nullable Object, X extends Exception> R read(Computation<R, X> body) throws X {
    if (current.get() != null) {
      return body.get();
    }
    lock.acquire(HeapLock.Mode.READERS);
    try {
      core.checkOpen();
      current.set(READING);
      R result = body.get();
      core.map().checkFaults();
      return result;
    } catch (InternalError e) {
      throw core.map().mediaError(e);
    } finally {
      leave();
      lock.release(HeapLock.Mode.READERS);
    }
  }

  /** Waits for running transactions and runs {@code closing} without any. */
  void exclusively(Runnable closing) {
    if (current.get() != null) {
      throw new IllegalStateException(path + ": heap cannot be closed inside a transaction");
    }
    lock.acquire(HeapLock.Mode.EXCLUSIVE);
    try {
      closing.run();
    } finally {
      lock.release(HeapLock.Mode.EXCLUSIVE);
    }
  }

  // ---- this thread's

  /** {@return the transaction this thread runs, if any} */
  @Nullable Transaction current() {
    Transaction own = alone;
    if (own != null && own.belongsTo(Thread.currentThread())) {
      return own;
    }
    return current.get() instanceof Transaction tx && tx.isRunning() ? tx : null;
  }

  /** {@return the running transaction of this thread if it has written anything} */
  @Nullable Transaction writer() {
    return lock.isHeldForWriting() && current.get() instanceof Transaction tx && tx.hasWrites()
        ? tx
        : null;
  }

  /** A platform thread keeps its entry for the next time, a virtual one leaves nothing behind. */
  private void leave() {
    if (Thread.currentThread().isVirtual()) {
      current.remove();
    } else {
      current.set(null);
    }
  }

  /** {@return the one for those that have the heap alone, for whom nothing needs to be atomic} */
  private Transaction transactionAlone() {
    Transaction tx = alone;
    if (tx == null) {
      tx = new Transaction(core);
      alone = tx;
    }
    return tx;
  }

  private Transaction takeTransaction() {
    Transaction tx = spare.getAndSet(null);
    if (tx == null) {
      tx = spares.poll();
    }
    return tx == null ? new Transaction(core) : tx;
  }

  private void giveBack(Transaction tx) {
    if (!spare.compareAndSet(null, tx)) {
      spares.add(tx);
    }
  }

  // ---- locks and callbacks

  private static void lockAll(Locks locks, List<Lock> held) {
    List<Lock> inOrder = locks.inOrder();
    for (int i = 0; i < inOrder.size(); i++) { // an iterator would be garbage
      Lock next = inOrder.get(i);
      next.lock();
      held.add(next);
    }
  }

  private void lockAllBounded(Locks locks, List<Lock> held) {
    for (Lock next : locks.inOrder()) {
      if (held.contains(next)) {
        continue;
      }
      boolean locked;
      try {
        locked = next.tryLock(NESTED_LOCK_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TransactionAbortedException(
            path + ": transaction aborted, interrupted while a nested one waited for a lock", e);
      }
      if (!locked) {
        throw new TransactionAbortedException(
            "%s: transaction aborted, a nested one waited %d s for %s; name it in the outer one"
                .formatted(path, NESTED_LOCK_SECONDS, next),
            null);
      }
      held.add(next);
    }
  }

  /** Gives back all locks, whatever one of them throws. */
  private void unlockAll(List<Lock> held) {
    while (!held.isEmpty()) {
      Lock lock = held.removeLast();
      try {
        lock.unlock();
      } catch (Throwable e) {
        LOGGER.log(
            System.Logger.Level.ERROR,
            () -> path + ": a transaction's lock stays locked: " + lock,
            e);
      }
    }
  }

  /** Runs callbacks; what they throw is logged and undoes nothing. */
  private void run(List<Runnable> callbacks) {
    for (int i = 0; i < callbacks.size(); i++) { // an iterator would be garbage
      try {
        callbacks.get(i).run();
      } catch (Throwable e) {
        LOGGER.log(System.Logger.Level.ERROR, () -> path + ": a transaction's callback failed", e);
      }
    }
  }
}
