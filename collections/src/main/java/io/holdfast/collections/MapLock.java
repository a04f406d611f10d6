package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.TransactionAbortedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a map, or of a part of it that changes alone. Writers have it until their transaction
 * is applied. Readers do not take it: they read and then ask whether anyone had it meanwhile; only
 * when that fails again and again do they lock it, shared.
 *
 * <p>Volatile. Not reentrant; a nested transaction does not lock what its outer one holds.
 */
final class MapLock implements Lock {
  /**
   * What the thread that has the lock gets for a stamp: no stamp of a reader's has a lowest bit.
   */
  private static final long OWN = 1;

  private static final long NESTED_READ_SECONDS = 2;

  private final StampedLock lock = new StampedLock();
  private final String name;
  private @Nullable Thread owner;
  private long stamp;

  /** How often an owner has begun or has changed the map; its own cursors ask. */
  private long changes;

  /**
   * @param name for messages: whose lock it is
   */
  MapLock(String name) {
    this.name = name;
  }

  // ---- reading

  /** {@return a stamp to validate what is read from now on, 0 if a writer has the lock} */
  @SuppressWarnings("ReferenceEquality") // a thread is itself
  long beginRead() {
    return owner == Thread.currentThread() ? OWN : lock.tryOptimisticRead();
  }

  /** {@return whether nobody can have changed anything since {@code stamp} was given} */
  boolean isValid(long stamp) {
    return stamp == OWN || lock.validate(stamp);
  }

  /** {@return whether {@code stamp} was given to the writer itself} */
  static boolean isOwn(long stamp) {
    return stamp == OWN;
  }

  /**
   * Locks it shared with other readers; {@return a stamp for {@link #endRead}}
   *
   * @throws TransactionAbortedException if this thread runs a transaction, which may have what the
   *     writer waits for, and has waited too long
   */
  long read(Heap heap) {
    if (!heap.inTransaction()) {
      return lock.readLock();
    }
    long shared = 0;
    try {
      shared = lock.tryReadLock(NESTED_READ_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransactionAbortedException(
          heap.path() + ": transaction aborted, interrupted while it waited to read " + name, e);
    }
    if (shared == 0) {
      throw new TransactionAbortedException(
          "%s: transaction aborted, it waited %d s to read %s; name its locks in the transaction"
              .formatted(heap.path(), NESTED_READ_SECONDS, name),
          null);
    }
    return shared;
  }

  void endRead(long shared) {
    lock.unlockRead(shared);
  }

  // ---- writing

  void noteChange() {
    changes++;
  }

  long changes() {
    return changes;
  }

  @Override
  public void lock() {
    owned(lock.writeLock());
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    owned(lock.writeLockInterruptibly());
  }

  @Override
  public boolean tryLock() {
    return owned(lock.tryWriteLock());
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return owned(lock.tryWriteLock(time, unit));
  }

  private boolean owned(long given) {
    if (given == 0) {
      return false;
    }
    stamp = given;
    owner = Thread.currentThread();
    changes++; // what a cursor saw in an earlier transaction may have been undone
    return true;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a thread is itself
  public void unlock() {
    if (owner != Thread.currentThread()) {
      throw new IllegalMonitorStateException(name + " is not locked by this thread");
    }
    owner = null;
    lock.unlockWrite(stamp);
  }

  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException(name + " has no conditions");
  }

  @Override
  public String toString() {
    return name;
  }
}
