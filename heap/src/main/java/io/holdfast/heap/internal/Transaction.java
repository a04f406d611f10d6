package io.holdfast.heap.internal;

import io.holdfast.heap.Content;
import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.heap.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A transaction: what it has written, allocated and freed, and how that becomes one record.
 *
 * <p>Nothing it writes reaches its home before the record is durable, except the content of new
 * objects above {@link ObjectChanges#IN_RECORD_BYTES}, which nobody can reach yet: they are filled
 * in place and made durable before the record. Smaller new objects travel in the record, ahead of
 * everything that may refer to them. After an abort nothing is left.
 *
 * <p>Used by the thread that runs it, and again for a later transaction.
 */
public final class Transaction implements Tx {
  private static final int MAX_EXPLICIT_TYPE = HeapLayout.FIRST_CATALOGUE_TYPE - 1;

  private final HeapCore core;
  private final WriteSet writes = new WriteSet();
  private final JournalRecord record = new JournalRecord();
  private final TransactionMemory memory;
  private final ObjectChanges objects;
  private final ObjectResizing resizing;
  private final List<Allocator.Block> extents = new ArrayList<>();
  private final List<Lock> held = new ArrayList<>();
  private final List<Runnable> applied = new ArrayList<>();
  private final List<Runnable> durable = new ArrayList<>();
  private final List<Runnable> aborted = new ArrayList<>();

  private @Nullable Thread owner;
  private @Nullable Throwable doom;
  private boolean inDoubt;
  private boolean committed;

  Transaction(HeapCore core) {
    this.core = core;
    Ranges inPlace = new Ranges();
    this.memory = new TransactionMemory(core.map(), writes, inPlace);
    this.objects = new ObjectChanges(core, writes, inPlace, memory);
    this.resizing = new ObjectResizing(core, memory, objects);
  }

  // ---- lifetime

  void begin() {
    owner = Thread.currentThread();
  }

  /**
   * Makes the record of everything done, puts it in order and applies it; {@return its sequence
   * number}
   */
  long commit() {
    core.map().checkFaults(); // what was read and is now recorded was really there
    record.clear();
    objects.appendTo(record);
    if (record.isEmpty()) {
      return core.journal().lastSequence();
    }
    JournalRecord journalled = record;
    try {
      boolean written = objects.writeInPlace();
      if (record.length() > core.journal().maxRecordBytes()) {
        journalled = spill();
      }
      if (written || journalled != record) {
        core.journal().syncInPlace();
      }
    } catch (RuntimeException | Error e) {
      objects.cancelFrees(extents);
      throw e;
    }
    long sequence;
    try {
      sequence = core.journal().commit(journalled, record);
    } catch (OutcomeUnknownException e) {
      inDoubt = true;
      throw e;
    }
    committed = true;
    objects.committed(sequence, extents);
    return sequence;
  }

  /** Writes the record's entries to extents; {@return the record that refers to them} */
  private JournalRecord spill() {
    JournalRecord main = new JournalRecord();
    for (long at = record.firstEntry(); at < record.end(); ) {
      long rest = record.end() - at;
      Allocator.Block extent =
          core.allocator().takeExtent((rest + HeapLayout.PAGE_BYTES - 1) / HeapLayout.PAGE_BYTES);
      extents.add(extent);
      long room = extent.pages() * HeapLayout.PAGE_BYTES;
      long to = at;
      while (to < record.end() && record.next(to) - at <= room) {
        to = record.next(to);
      }
      core.journal().writeExtent(extent.place(), record.buffer(), at, to - at);
      main.extent(extent.place(), (int) (to - at), record.crc(at, to));
      at = to;
    }
    if (main.length() > core.journal().maxRecordBytes()) {
      throw core.tooFragmented(main.length());
    }
    return main;
  }

  /** Ends the transaction after its commit. */
  void finish() {
    owner = null;
    objects.finish();
  }

  /**
   * Ends the transaction without effect: what it has reserved is free again, and no reference to
   * its new objects resolves. If its outcome is unknown, recovery may bring them back, and nobody
   * else may have their space.
   */
  void abort() {
    owner = null;
    if (!inDoubt) {
      objects.abort(extents);
    }
  }

  boolean isInDoubt() {
    return inDoubt;
  }

  /** Whether its record has been put in order, so that nothing can become an abort. */
  boolean isCommitted() {
    return committed;
  }

  /** Forgets everything, for the next transaction. */
  void clear() {
    owner = null;
    doom = null;
    inDoubt = false;
    committed = false;
    writes.clear();
    objects.clear();
    extents.clear();
    applied.clear();
    durable.clear();
    aborted.clear();
  }

  boolean isRunning() {
    return owner != null;
  }

  @SuppressWarnings("ReferenceEquality") // a thread is itself
  boolean belongsTo(Thread thread) {
    return owner == thread;
  }

  /** The named locks it holds, in the order in which they were locked. */
  List<Lock> held() {
    return held;
  }

  /** Keeps the transaction from committing, since a nested one has failed. */
  void doom(Throwable cause) {
    if (doom == null) {
      doom = cause;
    }
  }

  @Nullable Throwable doom() {
    return doom;
  }

  List<Runnable> applied() {
    return applied;
  }

  List<Runnable> durable() {
    return durable;
  }

  List<Runnable> aborted() {
    return aborted;
  }

  @SuppressWarnings("ReferenceEquality") // a thread is itself
  private void check() {
    if (owner != Thread.currentThread()) {
      throw new IllegalStateException(
          owner == null ? "transaction is over" : "transaction belongs to " + owner);
    }
  }

  // ---- allocation

  @Override
  public long allocate(long byteSize, int type) {
    return allocate(byteSize, type, Content.ZEROED);
  }

  @Override
  public long allocate(long byteSize, int type, Content content) {
    checkType(type);
    check();
    return objects.allocate(byteSize, type, content);
  }

  static void checkType(int type) {
    if (type < 0 || type > MAX_EXPLICIT_TYPE) {
      throw new IllegalArgumentException(
          "type %d is not between 0 and %d".formatted(type, MAX_EXPLICIT_TYPE));
    }
  }

  /**
   * Allocates an object of any type, the catalogue's included, all zero.
   *
   * @return its address
   */
  public long allocateTyped(long byteSize, int type) {
    check();
    return objects.allocate(byteSize, type, Content.ZEROED);
  }

  @Override
  public long reallocate(long address, long byteSize, int type) {
    checkType(type);
    check();
    return resizing.reallocate(address, byteSize, type);
  }

  @Override
  public void free(long address) {
    check();
    objects.free(address, ObjectChanges.References.PERHAPS);
  }

  /**
   * Frees a value, to which no reference is left once its owner has let go of it.
   *
   * @param address where it begins
   */
  public void freeValue(long address) {
    check();
    objects.free(address, ObjectChanges.References.NONE);
  }

  // ---- writing

  @Override
  public void putByte(long address, byte value) {
    check(address, 1);
    memory.putByte(address, value);
  }

  @Override
  public void putShort(long address, short value) {
    check(address, 2);
    memory.putShort(address, value);
  }

  @Override
  public void putInt(long address, int value) {
    check(address, 4);
    memory.putInt(address, value);
  }

  @Override
  public void putLong(long address, long value) {
    check(address, 8);
    memory.putLong(address, value);
  }

  @Override
  public void putBytes(long address, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    check(address, length);
    memory.putBytes(address, source, offset, length);
  }

  @Override
  public void putRoot(long reference) {
    check();
    if (reference != 0) {
      core.resolve(reference);
    }
    writes.putLong(HeapLayout.ROOT_OFFSET, reference);
  }

  /**
   * Writes one of the anchor's words that the upper layers may use, {@link
   * HeapLayout#CATALOGUE_OFFSET}.
   */
  public void putReserved(long address, long value) {
    check();
    if (address != HeapLayout.CATALOGUE_OFFSET) {
      throw new IllegalArgumentException("address %d is not reserved".formatted(address));
    }
    writes.putLong(address, value);
  }

  /** Adds all that {@code others} hold, which is nothing then. */
  void takeOver(ObjectChanges others) {
    check();
    objects.takeOver(others);
  }

  /** Checks that a reference may be stored at {@code slot}. */
  void checkSlot(long slot) {
    if ((slot & 7) != 0) {
      throw new IllegalArgumentException("slot %d is not a multiple of 8".formatted(slot));
    }
    check(slot, 8);
  }

  /** {@return the address of the object that the reference at {@code slot} names, 0 for none} */
  long resolveSlot(long slot) {
    checkSlot(slot);
    return resolve(memory.getLong(slot));
  }

  /** {@return the address of the object that {@code reference} names, 0 for 0} */
  long resolve(long reference) {
    if (reference == 0) {
      return 0;
    }
    long address = ObjectHeader.address(reference);
    if (!core.isInObjects(address)
        || !ObjectHeader.fits(
            reference, memory.getLong(address - HeapLayout.OBJECT_HEADER_BYTES))) {
      throw core.freed(reference);
    }
    return address;
  }

  /** {@return how many bytes of the object at {@code address} may be used} */
  long usableSize(long address) {
    return objects.usableBytes(core.allocator().locate(address - HeapLayout.OBJECT_HEADER_BYTES));
  }

  /** {@return the type number of the object at {@code address}} */
  int typeOf(long address) {
    return ObjectHeader.type(memory.getLong(address - HeapLayout.OBJECT_HEADER_BYTES));
  }

  /**
   * {@return the reference to the object at {@code address}}
   *
   * @throws IllegalArgumentException if none lives there
   */
  long liveReference(long address) {
    check(address, 1);
    long header = memory.getLong(address - HeapLayout.OBJECT_HEADER_BYTES);
    if (!ObjectHeader.isLive(header)) {
      throw core.noObject(address);
    }
    return ObjectHeader.reference(address, header);
  }

  /** {@return the reference to the living object at {@code address}, which is not checked} */
  long reference(long address) {
    return ObjectHeader.reference(
        address, memory.getLong(address - HeapLayout.OBJECT_HEADER_BYTES));
  }

  private void check(long address, long length) {
    check();
    core.checkRange(address, length);
  }

  // ---- reading

  /** Whether it runs and its thread would miss something in the heap. */
  boolean hasWrites() {
    return owner != null && !writes.isEmpty();
  }

  /** {@return the heap as it sees it} */
  TransactionMemory memory() {
    return memory;
  }

  // ---- callbacks

  @Override
  public void onApplied(Runnable callback) {
    check();
    applied.add(callback);
  }

  @Override
  public void onDurable(Runnable callback) {
    check();
    durable.add(callback);
  }

  @Override
  public void onAbort(Runnable callback) {
    check();
    aborted.add(callback);
  }
}
