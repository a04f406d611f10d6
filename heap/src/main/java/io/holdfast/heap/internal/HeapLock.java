package io.holdfast.heap.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The heap's own lock, in three modes: exclusive; shared by transactions with locks of their own;
 * shared by readers. Holders of different modes never overlap.
 *
 * <p>Uncontended it costs one compare-and-set each way. Who has to wait queues first come, first
 * served, not interruptibly, and parks. Not reentrant.
 */
final class HeapLock {
  /** How the lock is held. */
  enum Mode {
    /** Alone. */
    EXCLUSIVE(0),
    /** With other transactions that have locks of their own. */
    WRITERS(1),
    /** With other readers. */
    READERS(1L << 32);

    private final long unit;

    Mode(long unit) {
      this.unit = unit;
    }
  }

  private static final long FREE = 0;
  private static final long ALONE = -1;

  private final AtomicLong state = new AtomicLong();
  private final AtomicInteger queued = new AtomicInteger();
  private final ReentrantLock turnstile = new ReentrantLock(true);
  private volatile @Nullable Thread first;

  void acquire(Mode mode) {
    if (queued.get() != 0 || !tryAcquire(mode)) {
      acquireInTurn(mode);
    }
  }

  private void acquireInTurn(Mode mode) {
    boolean interrupted = false;
    queued.incrementAndGet();
    turnstile.lock();
    try {
      first = Thread.currentThread();
      while (!tryAcquire(mode)) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    } finally {
      first = null;
      queued.decrementAndGet();
      turnstile.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean tryAcquire(Mode mode) {
    while (true) {
      long now = state.get();
      long next = mode == Mode.EXCLUSIVE ? ALONE : now + mode.unit;
      boolean possible =
          switch (mode) {
            case EXCLUSIVE -> now == FREE;
            case WRITERS -> now >= 0 && now < Mode.READERS.unit;
            case READERS -> now >= 0 && now % Mode.READERS.unit == 0;
          };
      if (!possible) {
        return false;
      }
      if (state.compareAndSet(now, next)) {
        return true;
      }
    }
  }

  void release(Mode mode) {
    if (mode == Mode.EXCLUSIVE) {
      state.set(FREE);
    } else {
      state.addAndGet(-mode.unit);
    }
    Thread waiting = first;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /** {@return whether a transaction may be running} */
  boolean isHeldForWriting() {
    long now = state.getPlain();
    return now == ALONE || (int) now != 0;
  }
}
