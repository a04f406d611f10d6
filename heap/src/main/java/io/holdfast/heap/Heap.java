package io.holdfast.heap;

import io.holdfast.heap.internal.ActionBatch;
import io.holdfast.heap.internal.Geometry;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.HeapLayout;
import io.holdfast.heap.internal.LinkedObjects;
import io.holdfast.heap.internal.ObjectHeader;
import io.holdfast.heap.internal.ObjectOperations;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.heap.internal.typed.TypedHeap;
import io.holdfast.pmem.Granularity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A transactional heap of persistent objects in a pool file.
 *
 * <p>What a transaction has done survives {@code kill -9} and power failure once {@link #transact}
 * has returned, and after any crash each transaction's effects are there as a whole or not at all.
 * That holds on DAX memory, on tmpfs (as far as the machine runs) and on ordinary file systems
 * alike; opening recovers.
 *
 * <p>Threads may share a heap. Plain {@link #transact(Action)} has the heap alone; {@link
 * #transact(Locks, Action)} shares it with others that do not touch the same objects. One process
 * owns a pool at a time. Transactions block on locks and, on ordinary files, on one sync that
 * concurrent ones share.
 *
 * <p>All failures are {@link io.holdfast.pmem.PmemException}s. After a failed write or sync nothing
 * is acknowledged any more: every transaction throws {@link HeapFailedException} until the heap is
 * closed and opened again.
 */
public final class Heap implements AutoCloseable {
  private final HeapCore core;
  private final HeapObjects objects;
  private volatile @Nullable TypedHeap typed;

  private Heap(HeapCore core) {
    this.core = core;
    this.objects = new ObjectOperations(core);
  }

  /**
   * Creates a heap of the default size. The file is complete and durable on return, or there is
   * none.
   *
   * @param path the new file
   * @return the open heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the file system is full
   * @throws io.holdfast.pmem.SystemCallException if the file exists or cannot be created
   */
  public static Heap create(Path path) {
    return create(path, HeapOptions.defaults());
  }

  /**
   * Creates a heap. The file is complete and durable on return, or there is none.
   *
   * @param path the new file
   * @param options its size, limit and medium
   * @return the open heap
   * @throws io.holdfast.pmem.OutOfSpaceException if the file system is full
   * @throws io.holdfast.pmem.SystemCallException if the file exists or cannot be created
   */
  public static Heap create(Path path, HeapOptions options) {
    return new Heap(HeapCore.create(path, options));
  }

  /** Creates a heap of an unusual geometry, as tests need. */
  static Heap create(Path path, HeapOptions options, Geometry geometry) {
    return new Heap(HeapCore.create(path, options, geometry));
  }

  /**
   * Opens a heap, recovering it if it was not closed.
   *
   * @param path the file
   * @return the open heap
   * @throws io.holdfast.pool.PoolInUseException if another process or this one has it open
   * @throws io.holdfast.pool.PoolCorruptedException if it is no pool or is damaged
   * @throws io.holdfast.pool.IncompatibleLayoutException if it is of another kind or a newer
   *     version
   * @throws io.holdfast.pmem.SystemCallException if the file cannot be opened
   */
  public static Heap open(Path path) {
    return open(path, HeapOptions.defaults());
  }

  /**
   * Opens a heap, recovering it if it was not closed.
   *
   * @param path the file
   * @param options the medium; sizes are the pool's own
   * @return the open heap
   * @throws io.holdfast.pool.PoolInUseException if another process or this one has it open
   * @throws io.holdfast.pool.PoolCorruptedException if it is no pool or is damaged
   * @throws io.holdfast.pool.IncompatibleLayoutException if it is of another kind or a newer
   *     version
   * @throws io.holdfast.pmem.SystemCallException if the file cannot be opened
   */
  public static Heap open(Path path, HeapOptions options) {
    return new Heap(HeapCore.open(path, options));
  }

  // ---- transactions

  /**
   * Runs a transaction that has the heap alone, and returns when its effects, and everything it has
   * read, are durable. An exception aborts it and is passed on. Inside another transaction it joins
   * that one, which cannot commit if this one fails.
   *
   * @param <X> what {@code body} may throw
   * @param body what it does
   * @throws X what {@code body} throws
   * @throws OutcomeUnknownException if whether it is durable cannot be known
   * @throws HeapFailedException if an earlier write or sync has failed
   * @throws TransactionAbortedException if a nested transaction has failed
   */
  public <X extends Exception> void transact(Action<X> body) throws X {
    core.transact(null, asComputation(body));
  }

  /**
   * Runs a transaction with a result; as {@link #transact(Action)}.
   *
   * @param <R> the result
   * @param <X> what {@code body} may throw
   * @param body what it does
   * @return its result
   * @throws X what {@code body} throws
   */
  public <R extends @Nullable Object, X extends Exception> R transact(Computation<R, X> body)
      throws X {
    return core.transact(null, body);
  }

  /**
   * Runs a transaction that shares the heap with others that name locks, under {@code locks};
   * otherwise as {@link #transact(Action)}. A nested one waits a bounded time for locks its outer
   * one does not hold, then aborts.
   *
   * @param <X> what {@code body} may throw
   * @param locks locked before, given back when the effects are visible
   * @param body what it does
   * @throws X what {@code body} throws
   */
  public <X extends Exception> void transact(Locks locks, Action<X> body) throws X {
    core.transact(locks, asComputation(body));
  }

  /**
   * Runs a transaction with a result; as {@link #transact(Locks, Action)}.
   *
   * @param <R> the result
   * @param <X> what {@code body} may throw
   * @param locks locked before, given back when the effects are visible
   * @param body what it does
   * @return its result
   * @throws X what {@code body} throws
   */
  public <R extends @Nullable Object, X extends Exception> R transact(
      Locks locks, Computation<R, X> body) throws X {
    return core.transact(locks, body);
  }

  private static <X extends Exception> Computation<@Nullable Void, X> asComputation(
      Action<X> body) {
    return () -> {
      body.run();
      return null;
    };
  }

  /**
   * Reads with a consistent view of many objects: no transaction changes any meanwhile. What is
   * read may, on an ordinary file, be a moment from being durable. Must not begin a transaction.
   *
   * @param <R> the result
   * @param <X> what {@code body} may throw
   * @param body reads
   * @return its result
   * @throws X what {@code body} throws
   */
  public <R extends @Nullable Object, X extends Exception> R read(Computation<R, X> body) throws X {
    return core.read(body);
  }

  /**
   * {@return this thread's running transaction}
   *
   * @throws IllegalStateException if it runs none
   */
  public Tx tx() {
    Transaction tx = core.currentTransaction();
    if (tx == null) {
      throw new IllegalStateException(core.path() + ": no transaction is running in this thread");
    }
    return tx;
  }

  /** {@return whether this thread runs a transaction} */
  public boolean inTransaction() {
    return core.currentTransaction() != null;
  }

  // ---- reading

  /**
   * {@return the byte at {@code address}, as this thread's transaction sees it}
   *
   * @param address where it is
   */
  public byte getByte(long address) {
    return core.getByte(address);
  }

  /**
   * {@return the short at {@code address}, little-endian, as this thread's transaction sees it}
   *
   * @param address where it is
   */
  public short getShort(long address) {
    return core.getShort(address);
  }

  /**
   * {@return the int at {@code address}, little-endian, as this thread's transaction sees it}
   *
   * @param address where it is
   */
  public int getInt(long address) {
    return core.getInt(address);
  }

  /**
   * {@return the long at {@code address}, little-endian, as this thread's transaction sees it}
   *
   * @param address where it is
   */
  public long getLong(long address) {
    return core.getLong(address);
  }

  /**
   * Copies bytes, as this thread's transaction sees them.
   *
   * @param address where they are
   * @param target receives them
   * @param offset where in {@code target}
   * @param length how many
   */
  public void getBytes(long address, byte[] target, int offset, int length) {
    core.getBytes(address, target, offset, length);
  }

  // ---- typed objects

  /**
   * Creates an object, all of whose fields are zero, {@code false} or {@code null}. It belongs to
   * the running transaction; outside one it is durable on return. Unless it is made reachable from
   * the root, it is lost to the program, and its space with it, when the heap is closed.
   *
   * @param <T> the interface
   * @param type an interface marked with {@link Persistent}
   * @return the object
   * @throws IllegalArgumentException if {@code type} is not a valid persistent interface
   * @throws io.holdfast.pool.IncompatibleLayoutException if the heap has objects of an interface of
   *     that name with fields that {@code type} lacks or declares otherwise
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  public <T> T create(Class<T> type) {
    return typed().create(type);
  }

  /**
   * {@return the object from which all others are reached} If there is none, it is created as by
   * {@link #create(Class)}.
   *
   * @param <T> the interface
   * @param type an interface marked with {@link Persistent}
   * @throws IllegalArgumentException if {@code type} is not a valid persistent interface
   * @throws io.holdfast.pool.IncompatibleLayoutException if the root is of another type, or has
   *     fields that {@code type} lacks or declares otherwise
   * @throws IllegalStateException if the root was freed through the explicit layer
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  public <T> T root(Class<T> type) {
    return typed().root(type);
  }

  /**
   * Frees an object and the values that belong to its fields; objects it refers to stay. If it is
   * the root, there is none afterwards. It belongs to the running transaction; outside one it is
   * durable on return.
   *
   * @param object an object of this heap
   * @throws IllegalArgumentException if it is no object of this heap
   * @throws IllegalStateException if it was freed already
   */
  public void free(Object object) {
    typed().free(object);
  }

  private TypedHeap typed() {
    TypedHeap layer = typed;
    return layer != null ? layer : openTyped();
  }

  /** Not before it is needed, since it reads the catalogue. */
  private synchronized TypedHeap openTyped() {
    TypedHeap layer = typed;
    if (layer == null) {
      layer = new TypedHeap(core);
      typed = layer;
    }
    return layer;
  }

  // ---- objects

  /**
   * {@return an empty set of changes, to be prepared outside a transaction and published together}
   */
  public Actions actions() {
    return new ActionBatch(core);
  }

  /**
   * {@return the list of objects whose header is at {@code header}}
   *
   * @param header where its {@link ObjectList#HEADER_BYTES} bytes are, a multiple of 8
   * @param entry where the {@link ObjectList#ENTRY_BYTES} bytes of the entry are in each element,
   *     in bytes from its beginning, a multiple of 8
   * @throws IllegalArgumentException if one of them is no multiple of 8
   * @throws IndexOutOfBoundsException if {@code header} is no address in the heap
   */
  public ObjectList list(long header, long entry) {
    return new LinkedObjects(core, header, entry, null);
  }

  /** {@return operations on the explicit layer's objects that need no transaction around them} */
  public HeapObjects objects() {
    return objects;
  }

  /** {@return the root's reference, 0 if there is none} */
  public long root() {
    return core.getLong(HeapLayout.ROOT_OFFSET);
  }

  /**
   * {@return the reference to an object, to be stored: its address and generation}
   *
   * @param address the object's address
   * @throws IllegalArgumentException if no object lives there
   */
  public long reference(long address) {
    return core.reference(address);
  }

  /**
   * {@return the address of the object a reference names, 0 for 0}
   *
   * @param reference a reference from {@link #reference}
   * @throws IllegalStateException if the object has been freed
   */
  public long resolve(long reference) {
    return core.resolve(reference);
  }

  /**
   * {@return whether the object that {@code reference} names has not been freed}
   *
   * @param reference a reference from {@link #reference}
   */
  public boolean isLive(long reference) {
    return core.isLive(reference);
  }

  /**
   * {@return the type number an object was allocated with}
   *
   * @param address the object's address
   */
  public int typeOf(long address) {
    return ObjectHeader.type(core.headerAt(address));
  }

  /**
   * {@return how many bytes an object may use, at least as many as were asked for; those beyond are
   * not zeroed}
   *
   * @param address the object's address
   * @throws IllegalArgumentException if no object lives there
   */
  public long usableSize(long address) {
    return core.usableSize(address);
  }

  // ---- facts

  /**
   * {@return how the heap's bytes are used at this moment} Counted when it is called, from all page
   * tables and bitmaps; nothing else pays for it. Transactions may run meanwhile.
   */
  public HeapStatistics statistics() {
    return core.statistics();
  }

  /** {@return the pool's path} */
  public Path path() {
    return core.path();
  }

  /** {@return what the medium offers: it decides how transactions become durable} */
  public Granularity granularity() {
    return core.granularity();
  }

  /** {@return bytes of the file in use, which grow by themselves} */
  public long size() {
    return core.size();
  }

  /** {@return the largest size in bytes, given at creation} */
  public long limit() {
    return core.limit();
  }

  /**
   * Waits for running transactions, writes everything home and closes; closing twice changes
   * nothing.
   */
  @Override
  public void close() {
    core.close();
  }
}
