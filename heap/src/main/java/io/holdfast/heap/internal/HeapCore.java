package io.holdfast.heap.internal;

import io.holdfast.heap.Computation;
import io.holdfast.heap.HeapOptions;
import io.holdfast.heap.Locks;
import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.heap.TransactionAbortedException;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pool.Pool;
import io.holdfast.pool.PoolKind;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * An open heap: the pool, its mapping, journal and allocator, and how transactions run.
 *
 * <p>Lock order: the heap's lock, the user's named locks in their fixed order, the allocator's, the
 * journal's. After the ordering point nothing is allocated, no user code runs and nothing can
 * become an abort.
 */
public final class HeapCore implements AutoCloseable {
  /** The kind of pool a heap is. */
  public static final PoolKind KIND = new PoolKind("heap", "HFHEAP", 1);

  private static final System.Logger LOGGER = System.getLogger("io.holdfast.heap");

  /** What a thread runs that is in {@link #read} and in no transaction. */
  private static final Object READING = new Object();

  private static final long NESTED_LOCK_SECONDS = 2;

  private final Path path;
  private final Pool pool;
  private final PmemMap map;
  private final Granularity granularity;
  private final Geometry geometry;
  private final Journal journal;
  private final Allocator allocator;
  private final Failure failure;
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

  private volatile boolean closed;

  HeapCore(
      Pool pool,
      PmemMap map,
      Granularity granularity,
      Geometry geometry,
      Journal journal,
      Allocator allocator,
      Failure failure) {
    this.path = pool.path();
    this.pool = pool;
    this.map = map;
    this.granularity = granularity;
    this.geometry = geometry;
    this.journal = journal;
    this.allocator = allocator;
    this.failure = failure;
  }

  // ---- creating and opening

  /** Creates a heap, complete or not at all, and opens it. */
  public static HeapCore create(Path path, HeapOptions options) {
    return create(path, options, Geometry.forLimit(options.limitBytes()));
  }

  /** Creates a heap of an unusual geometry, as tests need. */
  public static HeapCore create(Path path, HeapOptions options, Geometry geometry) {
    long size =
        HeapLayout.roundUp(
            Math.max(options.sizeBytes(), geometry.minimumBytes()), HeapLayout.PAGE_BYTES);
    if (size > geometry.limitBytes()) {
      throw new IllegalArgumentException(
          "%s: limit %d is below the heap's smallest size %d"
              .formatted(path, geometry.limitBytes(), size));
    }
    Pool pool =
        Pool.create(
            options.medium(), path, KIND, size, file -> HeapFile.format(file, geometry, size));
    return Opening.of(pool, options);
  }

  /** Opens a heap, recovering it. */
  public static HeapCore open(Path path, HeapOptions options) {
    return Opening.of(Pool.open(options.medium(), path, KIND), options);
  }

  // ---- transactions

  /**
   * Runs a transaction and returns once it is durable.
   *
   * @param locks what it locks besides sharing the heap, or {@code null} to have the heap alone
   * @param body what it does
   */
  public <R extends @Nullable Object, X extends Exception> R transact(
      @Nullable Locks locks, Computation<R, X> body) throws X {
    Object running = current.get();
    if (running != null) {
      return nested(running, locks, body);
    }
    HeapLock.Mode mode = locks == null ? HeapLock.Mode.EXCLUSIVE : HeapLock.Mode.WRITERS;
    List<Runnable> onDurable;
    long sequence;
    R result;
    lock.acquire(mode);
    try {
      checkUsable();
      Transaction tx = locks == null ? transactionAlone() : takeTransaction();
      current.set(tx);
      try {
        if (locks != null) {
          lockAll(locks, tx.held());
        }
        tx.begin();
        result = body.get();
        onDurable = tx.durable().isEmpty() ? List.of() : List.copyOf(tx.durable());
        sequence = commit(tx);
        tx.finish();
        run(tx.applied());
      } catch (Throwable e) {
        if (tx.isCommitted()) {
          throw failedAfterCommit(e);
        }
        tx.abort();
        if (!tx.isInDoubt()) {
          run(tx.aborted());
        }
        if (e instanceof InternalError fault) {
          throw map.mediaError(fault);
        }
        throw e;
      } finally {
        unlockAll(tx.held());
        leave();
        tx.clear();
        if (locks != null) {
          giveBack(tx);
        }
      }
    } finally {
      lock.release(mode);
    }
    journal.awaitDurable(sequence);
    run(onDurable);
    return result;
  }

  /** The record may be durable, so that all that can be done is to stop. */
  private OutcomeUnknownException failedAfterCommit(Throwable e) {
    failure.fail(e);
    return new OutcomeUnknownException(
        "%s: whether the transaction is durable cannot be known, since %s came after it was committed"
            .formatted(path, e.getClass().getName()),
        e);
  }

  private long commit(Transaction tx) {
    Throwable doom = tx.doom();
    if (doom != null) {
      throw new TransactionAbortedException(
          "%s: transaction aborted, since a nested one failed: %s".formatted(path, doom), doom);
    }
    failure.check();
    return tx.commit();
  }

  /** Joins the running transaction; if the body fails, that one cannot commit. */
  private <R extends @Nullable Object, X extends Exception> R nested(
      Object running, @Nullable Locks locks, Computation<R, X> body) throws X {
    if (!(running instanceof Transaction tx)) {
      throw new IllegalStateException(path + ": a transaction cannot begin inside read");
    }
    if (!tx.isRunning()) {
      throw new IllegalStateException(
          path + ": a transaction cannot begin inside a callback of another");
    }
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

  /** Runs {@code body} with a consistent view, excluding transactions. */
  public <R extends @Nullable Object, X extends Exception> R read(Computation<R, X> body) throws X {
    if (current.get() != null) {
      return body.get();
    }
    lock.acquire(HeapLock.Mode.READERS);
    try {
      checkOpen();
      current.set(READING);
      R result = body.get();
      map.checkFaults();
      return result;
    } catch (InternalError e) {
      throw map.mediaError(e);
    } finally {
      leave();
      lock.release(HeapLock.Mode.READERS);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(path + ": heap is closed");
    }
  }

  private void checkUsable() {
    checkOpen();
    failure.check();
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
      tx = new Transaction(this);
      alone = tx;
    }
    return tx;
  }

  private Transaction takeTransaction() {
    Transaction tx = spare.getAndSet(null);
    if (tx == null) {
      tx = spares.poll();
    }
    return tx == null ? new Transaction(this) : tx;
  }

  private void giveBack(Transaction tx) {
    if (!spare.compareAndSet(null, tx)) {
      spares.add(tx);
    }
  }

  private static void lockAll(Locks locks, List<Lock> held) {
    for (Lock next : locks.inOrder()) {
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
    for (Runnable callback : callbacks) {
      try {
        callback.run();
      } catch (Throwable e) {
        LOGGER.log(System.Logger.Level.ERROR, () -> path + ": a transaction's callback failed", e);
      }
    }
  }

  /** {@return the transaction this thread runs, if any} */
  public @Nullable Transaction currentTransaction() {
    Transaction own = alone;
    if (own != null && own.belongsTo(Thread.currentThread())) {
      return own;
    }
    return current.get() instanceof Transaction tx && tx.isRunning() ? tx : null;
  }

  // ---- reading

  /** {@return the running transaction of this thread if it has written anything} */
  private @Nullable Transaction writer() {
    return lock.isHeldForWriting() && current.get() instanceof Transaction tx && tx.hasWrites()
        ? tx
        : null;
  }

  /** {@return the byte at {@code address}} */
  public byte getByte(long address) {
    Transaction tx = writer();
    return tx == null ? map.getByte(address) : tx.memory().getByte(address);
  }

  /** {@return the short at {@code address}} */
  public short getShort(long address) {
    Transaction tx = writer();
    return tx == null ? map.getShort(address) : tx.memory().getShort(address);
  }

  /** {@return the int at {@code address}} */
  public int getInt(long address) {
    Transaction tx = writer();
    return tx == null ? map.getInt(address) : tx.memory().getInt(address);
  }

  /** {@return the long at {@code address}} */
  public long getLong(long address) {
    Transaction tx = writer();
    return tx == null ? map.getLong(address) : tx.memory().getLong(address);
  }

  /** Copies bytes out of the heap. */
  public void getBytes(long address, byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    Transaction tx = writer();
    if (tx == null) {
      map.read(address, MemorySegment.ofArray(target), offset, length);
    } else {
      tx.memory().getBytes(address, target, offset, length);
    }
  }

  /** {@return the reference to the living object at {@code address}} */
  public long reference(long address) {
    long header = headerAt(address);
    if (!ObjectHeader.isLive(header)) {
      throw new IllegalArgumentException("%s: no object at address %d".formatted(path, address));
    }
    return ObjectHeader.reference(address, header);
  }

  /** {@return the address of the object that {@code reference} names, 0 for 0} */
  public long resolve(long reference) {
    if (reference == 0) {
      return 0;
    }
    if (!isLive(reference)) {
      throw new IllegalStateException(
          "%s: the object at address %d with generation %d has been freed"
              .formatted(
                  path,
                  ObjectHeader.address(reference),
                  ObjectHeader.referencedGeneration(reference)));
    }
    return ObjectHeader.address(reference);
  }

  /** {@return whether {@code reference} names a living object} */
  public boolean isLive(long reference) {
    long header = headerOf(reference);
    return ObjectHeader.isLive(header)
        && ObjectHeader.generation(header) == ObjectHeader.referencedGeneration(reference);
  }

  /**
   * {@return what is in the place of the header of the object that {@code reference} names, 0 if it
   * leads outside the heap}
   */
  public long headerOf(long reference) {
    long address = ObjectHeader.address(reference);
    return address >= geometry.firstZoneOffset() && address < allocator.size()
        ? getLong(address - HeapLayout.OBJECT_HEADER_BYTES)
        : 0;
  }

  /** {@return the header of the object at {@code address}} */
  public long headerAt(long address) {
    checkRange(address, 1);
    return getLong(address - HeapLayout.OBJECT_HEADER_BYTES);
  }

  /** {@return how many bytes the object at {@code address} may use} */
  public long usableSize(long address) {
    reference(address);
    Allocator.Block block = allocator.locate(address - HeapLayout.OBJECT_HEADER_BYTES);
    Slab slab = block.slab();
    return slab != null
        ? SizeClasses.blockBytes(slab.sizeClass()) - HeapLayout.OBJECT_HEADER_BYTES
        : PageTable.pages(getLong(allocator.tableWord(block.place()))) * HeapLayout.PAGE_BYTES
            - LargeObject.HEADER_OFFSET
            - HeapLayout.OBJECT_HEADER_BYTES;
  }

  void checkRange(long address, long length) {
    if (address < geometry.firstZoneOffset() || address > allocator.size() - length) {
      throw new IndexOutOfBoundsException(
          "%s: address %d + %d is outside the heap's objects (%d to %d)"
              .formatted(path, address, length, geometry.firstZoneOffset(), allocator.size()));
    }
  }

  // ---- facts

  /** {@return the pool's path} */
  public Path path() {
    return path;
  }

  /** {@return the granularity of the medium} */
  public Granularity granularity() {
    return granularity;
  }

  /** {@return bytes of the file in use} */
  public long size() {
    return allocator.size();
  }

  /** {@return the largest size} */
  public long limit() {
    return geometry.limitBytes();
  }

  PmemMap map() {
    return map;
  }

  Journal journal() {
    return journal;
  }

  Allocator allocator() {
    return allocator;
  }

  OutOfSpaceException tooFragmented(long bytes) {
    return new OutOfSpaceException(
        "%s: the record's parts lie in too many places, %d bytes to name them; split the transaction"
            .formatted(path, bytes),
        null);
  }

  // ---- closing

  /** Waits for running transactions, writes everything home and closes. */
  @Override
  public void close() {
    if (current.get() != null) {
      throw new IllegalStateException(path + ": heap cannot be closed inside a transaction");
    }
    lock.acquire(HeapLock.Mode.EXCLUSIVE);
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        journal.checkpoint();
      } finally {
        journal.close();
        map.close();
        pool.close();
      }
    } finally {
      lock.release(HeapLock.Mode.EXCLUSIVE);
    }
  }
}
