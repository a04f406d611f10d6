package io.holdfast.pmem.internal;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The slabs of one size class that one stripe of threads allocates from.
 *
 * <p>Slabs with a free block are in a list, the others are known to their blocks alone. A slab all
 * of whose blocks are free goes back, unless it is the only one listed, so that one block allocated
 * and freed in turns is cheap. May be shared between threads; holds its own lock only, and takes
 * that of {@link PageRuns} within it.
 */
final class Bin {
  /** No block is free. */
  static final long NONE = -1;

  /** Another thread is at it. */
  static final long BUSY = -2;

  private final ReentrantLock lock = new ReentrantLock();
  private final PageRuns runs;
  private final int sizeClass;
  private final int blockBytes;

  private @Nullable Slab first;
  private long allocated;

  Bin(PageRuns runs, int sizeClass) {
    this.runs = runs;
    this.sizeClass = sizeClass;
    this.blockBytes = SizeClasses.blockBytes(sizeClass);
  }

  /** Whether a bin without a free block may have a new slab. */
  enum Growth {
    ALLOWED,
    FORBIDDEN
  }

  /**
   * Allocates a block.
   *
   * @return the block's offset, with {@link BlockSpace#DIRTY} unless its bytes are zero; or {@link
   *     #NONE}
   */
  long allocate(Growth growth) {
    lock.lock();
    try {
      return take(growth);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Allocates a block unless that would mean to wait for another thread.
   *
   * @return the block's offset, with {@link BlockSpace#DIRTY} unless its bytes are zero; or {@link
   *     #NONE} or {@link #BUSY}
   */
  long allocateUnlessBusy() {
    if (!lock.tryLock()) {
      return BUSY;
    }
    try {
      return take(Growth.ALLOWED);
    } finally {
      lock.unlock();
    }
  }

  private long take(Growth growth) {
    Slab slab = first;
    if (slab == null) {
      if (growth == Growth.FORBIDDEN) {
        return NONE;
      }
      slab = runs.newSlab(this, sizeClass);
      if (slab == null) {
        return NONE;
      }
      push(slab);
    }
    int index = slab.take();
    if (slab.isFull()) {
      unlink(slab);
    }
    allocated++;
    long offset = slab.offset(index);
    return slab.content(index) == Slab.Content.ZEROS ? offset : offset | BlockSpace.DIRTY;
  }

  /** Frees the block at {@code offset}; {@return whether there was one} */
  boolean free(Slab slab, long offset) {
    lock.lock();
    try {
      return give(slab, offset);
    } finally {
      lock.unlock();
    }
  }

  private boolean give(Slab slab, long offset) {
    int index = slab.takenAt(offset);
    if (index < 0) {
      return false;
    }
    boolean wasFull = slab.isFull();
    slab.give(index);
    allocated--;
    if (wasFull) {
      push(slab);
    }
    if (slab.isEmpty() && (slab != first || slab.next != null)) {
      unlink(slab);
      runs.freeSlab(slab, sizeClass);
    }
    return true;
  }

  /** {@return whether a block in use begins at {@code offset}} */
  boolean isTaken(Slab slab, long offset) {
    lock.lock();
    try {
      return slab.takenAt(offset) >= 0;
    } finally {
      lock.unlock();
    }
  }

  /** Gives back what is kept though all its blocks are free. */
  void giveEmptyBack() {
    lock.lock();
    try {
      for (Slab slab = first; slab != null; ) {
        Slab following = slab.next;
        if (slab.isEmpty()) {
          unlink(slab);
          runs.freeSlab(slab, sizeClass);
        }
        slab = following;
      }
    } finally {
      lock.unlock();
    }
  }

  long allocations() {
    lock.lock();
    try {
      return allocated;
    } finally {
      lock.unlock();
    }
  }

  int blockBytes() {
    return blockBytes;
  }

  private void push(Slab slab) {
    slab.previous = null;
    slab.next = first;
    if (first != null) {
      first.previous = slab;
    }
    first = slab;
  }

  private void unlink(Slab slab) {
    if (slab.previous != null) {
      slab.previous.next = slab.next;
    } else {
      first = slab.next;
    }
    if (slab.next != null) {
      slab.next.previous = slab.previous;
    }
    slab.previous = null;
    slab.next = null;
  }
}
