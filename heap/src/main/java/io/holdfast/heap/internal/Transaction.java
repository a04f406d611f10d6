package io.holdfast.heap.internal;

import io.holdfast.heap.OutcomeUnknownException;
import io.holdfast.heap.Tx;
import io.holdfast.pmem.CopyMode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A transaction: what it has written, allocated and freed, and how that becomes one record.
 *
 * <p>Nothing it writes reaches its home before the record is durable, except the content of new
 * objects above {@link #IN_RECORD_BYTES}, which nobody can reach yet: they are filled in place and
 * made durable before the record. Smaller new objects travel in the record, ahead of everything
 * that may refer to them. After an abort nothing is left.
 *
 * <p>Used by the thread that runs it, and again for a later transaction.
 */
public final class Transaction implements Tx {
  /** New objects up to this size, header included, travel in the record. */
  static final int IN_RECORD_BYTES = 1024;

  private static final int MAX_EXPLICIT_TYPE = HeapLayout.FIRST_CATALOGUE_TYPE - 1;

  private final HeapCore core;
  private final WriteSet writes = new WriteSet();
  private final JournalRecord record = new JournalRecord();
  private final Ranges fresh = new Ranges();
  private final Ranges inPlace = new Ranges();
  private final Reservations taken = new Reservations();
  private final Reservations freed = new Reservations();
  private final Reservations givenUp = new Reservations();
  private final Reservations cancelled = new Reservations();
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
    compose();
    if (record.isEmpty()) {
      return core.journal().lastSequence();
    }
    JournalRecord journalled = record;
    try {
      for (int i = 0; i < inPlace.count(); i++) {
        core.journal().writeInPlace(inPlace.start(i), inPlace.length(i));
      }
      if (record.length() > core.journal().maxRecordBytes()) {
        journalled = spill();
      }
      if (inPlace.count() > 0 || journalled != record) {
        core.journal().syncInPlace();
      }
    } catch (RuntimeException | Error e) {
      cancelFrees();
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
    taken.clear();
    if (freed.count() > 0 || !extents.isEmpty()) {
      core.allocator().committed(sequence, freed, extents);
      freed.clear();
      extents.clear();
    }
    if (givenUp.count() > 0) {
      core.allocator().committed(sequence, givenUp, List.of());
      givenUp.clear();
    }
    return sequence;
  }

  private void compose() {
    record.clear();
    for (int i = 0; i < fresh.count(); i++) {
      writes.moveTo(record, fresh.start(i), fresh.length(i));
    }
    taken.appendTaken(record);
    writes.appendTo(record);
    freed.appendFreed(record);
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

  private void cancelFrees() {
    if (freed.count() > 0 || givenUp.count() > 0 || !extents.isEmpty()) {
      core.allocator().cancelFrees(freed, extents);
      core.allocator().cancelFrees(givenUp, List.of());
      giveBack(givenUp);
      freed.clear();
      extents.clear();
    }
  }

  /** Ends the transaction after its commit. */
  void finish() {
    owner = null;
    inPlace.clear();
    giveBack(cancelled);
  }

  /**
   * Ends the transaction without effect: what it has reserved is free again, and no reference to
   * its new objects resolves. If its outcome is unknown, recovery may bring them back, and nobody
   * else may have their space.
   */
  void abort() {
    owner = null;
    if (inDoubt) {
      return;
    }
    for (int i = 0; i < inPlace.count(); i++) {
      endInPlace(inPlace.start(i));
    }
    for (int i = 0; i < fresh.count(); i++) {
      endFresh(fresh.start(i));
    }
    cancelFrees();
    giveBack(taken);
    giveBack(cancelled);
  }

  private void giveBack(Reservations reserved) {
    if (reserved.count() > 0) {
      core.allocator().cancel(reserved);
      reserved.clear();
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
    fresh.clear();
    inPlace.clear();
    taken.clear();
    freed.clear();
    givenUp.clear();
    cancelled.clear();
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
    if (type < 0 || type > MAX_EXPLICIT_TYPE) {
      throw new IllegalArgumentException(
          "type %d is not between 0 and %d".formatted(type, MAX_EXPLICIT_TYPE));
    }
    return allocateTyped(byteSize, type);
  }

  /**
   * Allocates an object of any type, the catalogue's included.
   *
   * @return its address
   */
  public long allocateTyped(long byteSize, int type) {
    check();
    if (byteSize < 1 || byteSize > core.limit()) {
      throw new IllegalArgumentException(
          "object size %d is not between 1 and %d".formatted(byteSize, core.limit()));
    }
    long blockBytes = HeapLayout.roundUp(byteSize, 8) + HeapLayout.OBJECT_HEADER_BYTES;
    long place;
    long capacity; // all of it may be written, and must be treated alike
    if (blockBytes <= SizeClasses.MAX_BLOCK_BYTES) {
      int sizeClass = SizeClasses.classOf((int) blockBytes);
      place = core.allocator().takeBlock(sizeClass, taken);
      capacity = SizeClasses.blockBytes(sizeClass);
    } else {
      long pages = LargeObject.pagesFor(blockBytes);
      long first = core.allocator().takeLarge(pages, taken);
      writes.putLong(core.allocator().tableWord(first), PageTable.large(pages));
      place = first + LargeObject.HEADER_OFFSET;
      capacity = pages * HeapLayout.PAGE_BYTES - LargeObject.HEADER_OFFSET;
    }
    if (blockBytes <= IN_RECORD_BYTES) {
      core.map().prefetch(place, blockBytes);
    }
    long header = ObjectHeader.of(type, generationAt(place));
    long address = place + HeapLayout.OBJECT_HEADER_BYTES;
    if (blockBytes <= IN_RECORD_BYTES) {
      writes.putLong(place, header);
      writes.putZeros(address, blockBytes - HeapLayout.OBJECT_HEADER_BYTES);
      fresh.add(place, capacity);
    } else {
      core.map().fill(address, blockBytes - 8, (byte) 0, CopyMode.NO_FLUSH);
      core.map().putLong(place, header);
      inPlace.add(place, capacity);
    }
    return address;
  }

  @Override
  public void free(long address) {
    free(address, References.PERHAPS);
  }

  /**
   * Frees a value, to which no reference is left once its owner has let go of it.
   *
   * @param address where it begins
   */
  public void freeValue(long address) {
    free(address, References.NONE);
  }

  /** Whether references to an object that is freed may be left somewhere in the heap. */
  private enum References {
    PERHAPS,
    NONE
  }

  private void free(long address, References left) {
    check();
    long place = address - HeapLayout.OBJECT_HEADER_BYTES;
    Allocator.Block block = core.allocator().locateToFree(place);
    Freeing freeing = free(place, block, getLong(place), left);
    if (freeing != Freeing.ON_COMMIT) {
      core.allocator().forgetFree();
    }
    if (freeing == Freeing.IMPOSSIBLE) {
      throw new IllegalArgumentException(
          "%s: no object at address %d, it was freed or never allocated"
              .formatted(core.path(), address));
    }
  }

  /** What becomes of an object that shall be freed. */
  private enum Freeing {
    ON_COMMIT,
    AT_ONCE,
    IMPOSSIBLE
  }

  private Freeing free(long place, Allocator.Block block, long header, References left) {
    if (!ObjectHeader.isLive(header)) {
      return Freeing.IMPOSSIBLE;
    }
    Slab slab = block.slab();
    return slab != null
        ? freeBlock(place, slab, block.block(), header, left)
        : freeLarge(place, block.place(), header, left);
  }

  private Freeing freeBlock(long place, Slab slab, int block, long header, References left) {
    boolean committed = (core.map().getLong(slab.bitmapOffset(block)) & 1L << block) != 0;
    if (committed) {
      putLong(place, ObjectHeader.freed(header, place));
      freed.add(slab, block);
      return Freeing.ON_COMMIT;
    }
    if (!taken.remove(slab, block)) {
      return Freeing.IMPOSSIBLE;
    }
    forget(place);
    if (left == References.NONE) {
      cancelled.add(slab, block);
      return Freeing.AT_ONCE;
    }
    writes.putLong(place, ObjectHeader.freed(header, place));
    givenUp.add(slab, block);
    return Freeing.ON_COMMIT;
  }

  private Freeing freeLarge(long place, long firstPage, long header, References left) {
    long word = core.allocator().tableWord(firstPage);
    long committed = core.map().getLong(word);
    if (PageTable.kind(committed) == PageTable.LARGE) {
      putLong(place, ObjectHeader.freed(header, place));
      writes.putLong(word, 0);
      freed.addLarge(firstPage, PageTable.pages(committed));
      return Freeing.ON_COMMIT;
    }
    long pages = taken.removeLarge(firstPage);
    if (pages == 0) {
      return Freeing.IMPOSSIBLE;
    }
    forget(place);
    writes.forget(word, 8);
    if (left == References.NONE) {
      cancelled.addLarge(firstPage, pages);
      return Freeing.AT_ONCE;
    }
    writes.putLong(place, ObjectHeader.freed(header, place));
    givenUp.addLarge(firstPage, pages);
    return Freeing.ON_COMMIT;
  }

  /**
   * An object of this transaction's own is given up: no byte of its content shall be recorded. If
   * references to it may be left, its header will be, so that they do not fit the next object.
   */
  private void forget(long place) {
    long length = fresh.remove(place);
    if (length > 0) {
      writes.forget(place, length);
      endFresh(place);
    } else {
      endInPlace(place);
      inPlace.remove(place);
    }
  }

  /** The object at {@code place}, which was filled in place, has never lived. */
  private void endInPlace(long place) {
    core.map().putLong(place, ObjectHeader.freed(core.map().getLong(place), place));
  }

  /**
   * The object that was to travel in the record to {@code place} has never lived. It uses up its
   * generation all the same, since a reference to it may be in somebody's hands and must not fit
   * the next object there. Not journalled, and not durable: the place is free, and nobody has such
   * a reference after a crash.
   */
  private void endFresh(long place) {
    core.map().putLong(place, ObjectHeader.freed(generationAt(place), place));
  }

  /** {@return the generation of the next object at {@code place}} */
  private long generationAt(long place) {
    return ObjectHeader.nextGeneration(
        core.map().getLong(place), place, core.journal().lastSequence());
  }

  // ---- writing

  @Override
  public void putByte(long address, byte value) {
    check(address, 1);
    if (inPlace.count() > 0 && inPlace.covers(address, 1)) {
      core.map().putByte(address, value);
    } else {
      int lines = writes.count();
      writes.put(address, value, 1);
      bringNear(lines, address, 1);
    }
  }

  @Override
  public void putShort(long address, short value) {
    check(address, 2);
    if (inPlace.count() > 0 && inPlace.covers(address, 2)) {
      core.map().putShort(address, value);
    } else {
      int lines = writes.count();
      writes.put(address, value, 2);
      bringNear(lines, address, 2);
    }
  }

  @Override
  public void putInt(long address, int value) {
    check(address, 4);
    if (inPlace.count() > 0 && inPlace.covers(address, 4)) {
      core.map().putInt(address, value);
    } else {
      int lines = writes.count();
      writes.put(address, value, 4);
      bringNear(lines, address, 4);
    }
  }

  @Override
  public void putLong(long address, long value) {
    check(address, 8);
    if (inPlace.count() > 0 && inPlace.covers(address, 8)) {
      core.map().putLong(address, value);
    } else {
      int lines = writes.count();
      writes.putLong(address, value);
      bringNear(lines, address, 8);
    }
  }

  @Override
  public void putBytes(long address, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    check(address, length);
    if (inPlace.count() > 0 && inPlace.covers(address, length)) {
      core.map().copy(address, MemorySegment.ofArray(source), offset, length, CopyMode.NO_FLUSH);
    } else {
      int lines = writes.count();
      writes.putBytes(address, source, offset, length);
      bringNear(lines, address, length);
    }
  }

  /**
   * Has lines fetched that the commit will store to if the last put was the first to touch them:
   * after the fence it would have to wait for them.
   */
  private void bringNear(int linesBefore, long address, long length) {
    if (writes.count() != linesBefore) {
      core.map().prefetch(address, length);
    }
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

  private void check(long address, long length) {
    check();
    core.checkRange(address, length);
  }

  // ---- reading

  /** Whether it runs and its thread would miss something in the heap. */
  boolean hasWrites() {
    return owner != null && !writes.isEmpty();
  }

  byte getByte(long address) {
    int slot = writes.find(address);
    int offset = (int) address & 63;
    return slot >= 0 && (writes.mask(slot) >>> offset & 1) != 0
        ? writes.getByte(slot, offset)
        : core.map().getByte(address);
  }

  short getShort(long address) {
    return untouched(address, 2) ? core.map().getShort(address) : (short) assemble(address, 2);
  }

  int getInt(long address) {
    return untouched(address, 4) ? core.map().getInt(address) : (int) assemble(address, 4);
  }

  long getLong(long address) {
    int offset = (int) address & 63;
    if (offset <= 56) {
      int slot = writes.find(address);
      if (slot < 0) {
        return core.map().getLong(address);
      }
      long wanted = 0xFFL << offset;
      long written = writes.mask(slot) & wanted;
      if (written == wanted) {
        return writes.getLong(slot, offset);
      }
      if (written == 0) {
        return core.map().getLong(address);
      }
    }
    return assemble(address, 8);
  }

  void getBytes(long address, byte[] target, int offset, int length) {
    core.map().read(address, MemorySegment.ofArray(target), offset, length);
    for (int done = 0; done < length; ) {
      int inLine = (int) (address + done) & 63;
      int part = Math.min(64 - inLine, length - done);
      int slot = writes.find(address + done);
      if (slot >= 0) {
        long mask = writes.mask(slot) >>> inLine;
        for (int i = 0; i < part; i++) {
          if ((mask >>> i & 1) != 0) {
            target[offset + done + i] = writes.getByte(slot, inLine + i);
          }
        }
      }
      done += part;
    }
  }

  private boolean untouched(long address, int bytes) {
    return ((int) address & 63) <= 64 - bytes && writes.find(address) < 0;
  }

  private long assemble(long address, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (getByte(address + i) & 0xFFL) << (8 * i);
    }
    return value;
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
