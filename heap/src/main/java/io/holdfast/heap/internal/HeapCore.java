package io.holdfast.heap.internal;

import io.holdfast.heap.Computation;
import io.holdfast.heap.HeapOptions;
import io.holdfast.heap.HeapStatistics;
import io.holdfast.heap.Locks;
import io.holdfast.heap.ObjectConstructor;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pool.Pool;
import io.holdfast.pool.PoolKind;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
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

  private final Path path;
  private final Pool pool;
  private final PmemMap map;
  private final Granularity granularity;
  private final Geometry geometry;
  private final Journal journal;
  private final Allocator allocator;
  private final Failure failure;
  private final TransactionRunner runner;

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
    this.runner = new TransactionRunner(this);
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
            options.medium(),
            path,
            KIND,
            size,
            file -> HeapFile.format(file, geometry, size, options.medium().randomLong()));
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
    return runner.transact(locks, body);
  }

  /**
   * Runs a transaction of one step, or joins the running one, and returns once it is durable.
   *
   * @param locks what it locks besides sharing the heap, or {@code null} to have the heap alone
   * @return the step's result
   */
  <X extends Exception> long operate(
      @Nullable Locks locks,
      TransactionRunner.Step step,
      long a,
      long b,
      long c,
      @Nullable ObjectConstructor<X> constructor)
      throws X {
    return runner.operate(locks, step, a, b, c, constructor);
  }

  /** Runs {@code body} with a consistent view, excluding transactions. */
  public <R extends @Nullable Object, X extends Exception> R read(Computation<R, X> body) throws X {
    return runner.read(body);
  }

  boolean isOpen() {
    return !closed;
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException(path + ": heap is closed");
    }
  }

  void checkUsable() {
    checkOpen();
    failure.check();
  }

  /** {@return the transaction this thread runs, if any} */
  public @Nullable Transaction currentTransaction() {
    return runner.current();
  }

  // ---- reading

  private @Nullable Transaction writer() {
    return runner.writer();
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
      throw noObject(address);
    }
    return ObjectHeader.reference(address, header);
  }

  IllegalArgumentException noObject(long address) {
    return new IllegalArgumentException("%s: no object at address %d".formatted(path, address));
  }

  IllegalStateException freed(long reference) {
    return new IllegalStateException(
        "%s: the object at address %d with generation %d has been freed"
            .formatted(
                path,
                ObjectHeader.address(reference),
                ObjectHeader.referencedGeneration(reference)));
  }

  /** {@return the address of the object that {@code reference} names, 0 for 0} */
  public long resolve(long reference) {
    if (reference == 0) {
      return 0;
    }
    if (!isLive(reference)) {
      throw freed(reference);
    }
    return ObjectHeader.address(reference);
  }

  /** {@return whether {@code reference} names a living object} */
  public boolean isLive(long reference) {
    return ObjectHeader.fits(reference, headerOf(reference));
  }

  /**
   * {@return what is in the place of the header of the object that {@code reference} names, 0 if it
   * leads outside the heap}
   */
  public long headerOf(long reference) {
    long address = ObjectHeader.address(reference);
    return isInObjects(address) ? getLong(address - HeapLayout.OBJECT_HEADER_BYTES) : 0;
  }

  boolean isInObjects(long address) {
    return address >= geometry.firstZoneOffset() && address < allocator.size();
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
        : LargeObject.usableBytes(PageTable.pages(getLong(allocator.tableWord(block.place()))));
  }

  void checkRange(long address, long length) {
    if (address < geometry.firstZoneOffset() || address > allocator.size() - length) {
      throw new IndexOutOfBoundsException(
          "%s: address %d + %d is outside the heap's objects (%d to %d)"
              .formatted(path, address, length, geometry.firstZoneOffset(), allocator.size()));
    }
  }

  // ---- facts

  /** {@return how the heap's bytes are used at this moment} */
  public HeapStatistics statistics() {
    checkOpen();
    Census census = allocator.census();
    return census.statistics(allocator.size(), geometry.limitBytes(), journal.lastSequence());
  }

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

  Failure failure() {
    return failure;
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
    runner.exclusively(this::closeOnce);
  }

  private void closeOnce() {
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
  }
}
