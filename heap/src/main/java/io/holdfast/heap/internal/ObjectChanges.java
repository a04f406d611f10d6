package io.holdfast.heap.internal;

import io.holdfast.heap.Content;
import java.util.List;

/**
 * The objects that a transaction has allocated and those it frees.
 *
 * <p>Small new objects travel in the record, larger ones are filled in place and durable before it.
 * An object that the same transaction allocates and frees leaves nothing but its used generation.
 * After an abort nothing is left.
 *
 * <p>Volatile, used by one thread at a time, and again for a later transaction.
 */
final class ObjectChanges {
  /** New objects up to this size, header included, travel in the record. */
  static final int IN_RECORD_BYTES = 1024;

  private final HeapCore core;
  private final WriteSet writes;
  private final Ranges inPlace;
  private final TransactionMemory memory;
  private final Ranges fresh = new Ranges();
  private final Reservations taken = new Reservations();
  private final Reservations freed = new Reservations();
  private final Reservations givenUp = new Reservations();
  private final Reservations cancelled = new Reservations();

  /** Whether references to an object that is freed may be left somewhere in the heap. */
  enum References {
    PERHAPS,
    NONE
  }

  /** What becomes of an object that shall be freed. */
  private enum Freeing {
    ON_COMMIT,
    AT_ONCE,
    IMPOSSIBLE
  }

  ObjectChanges(HeapCore core, WriteSet writes, Ranges inPlace, TransactionMemory memory) {
    this.core = core;
    this.writes = writes;
    this.inPlace = inPlace;
    this.memory = memory;
  }

  // ---- allocating

  /** Allocates an object; {@return its address} */
  long allocate(long byteSize, int type, Content content) {
    checkSize(byteSize, core.limit());
    long blockBytes = blockBytes(byteSize);
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
    long contentBytes = blockBytes - HeapLayout.OBJECT_HEADER_BYTES;
    long address = place + HeapLayout.OBJECT_HEADER_BYTES;
    boolean inRecord = blockBytes <= IN_RECORD_BYTES;
    core.map().prefetch(place, inRecord && content == Content.ZEROED ? blockBytes : 8);
    writes.putLong(place, ObjectHeader.of(type, generationAt(place)));
    if (inRecord) {
      fresh.add(place, capacity, place);
    } else {
      inPlace.add(address, capacity - HeapLayout.OBJECT_HEADER_BYTES, place);
    }
    if (content == Content.ZEROED) {
      memory.putZeros(address, contentBytes);
    }
    return address;
  }

  static void checkSize(long byteSize, long limit) {
    if (byteSize < 1 || byteSize > limit) {
      throw new IllegalArgumentException(
          "object size %d is not between 1 and %d".formatted(byteSize, limit));
    }
  }

  /** {@return the bytes of an object with its header} */
  static long blockBytes(long byteSize) {
    return HeapLayout.roundUp(byteSize, 8) + HeapLayout.OBJECT_HEADER_BYTES;
  }

  /** {@return the generation of the next object at {@code place}} */
  private long generationAt(long place) {
    return ObjectHeader.nextGeneration(
        core.map().getLong(place), place, core.journal().lastSequence());
  }

  // ---- freeing

  /**
   * Frees an object on commit.
   *
   * @throws IllegalArgumentException if none begins at {@code address}
   */
  void free(long address, References left) {
    long place = headerOf(address);
    Allocator.Block block = core.allocator().locateToFree(place);
    Freeing freeing = free(place, block, memory.getLong(place), left);
    if (freeing != Freeing.ON_COMMIT) {
      core.allocator().forgetFree();
    }
    if (freeing == Freeing.IMPOSSIBLE) {
      throw new IllegalArgumentException(
          "%s: no object at address %d, it was freed or never allocated"
              .formatted(core.path(), address));
    }
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
      memory.putLong(place, ObjectHeader.freed(header, place));
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
    long pages = PageTable.pages(memory.getLong(word));
    long committed = core.map().getLong(word);
    if (PageTable.kind(committed) == PageTable.LARGE) {
      long kept = Math.min(pages, PageTable.pages(committed)); // others are freed already
      cancelGrowth(firstPage, kept, pages);
      memory.putLong(place, ObjectHeader.freed(header, place));
      writes.putLong(word, 0);
      freed.addLarge(firstPage, kept);
      return Freeing.ON_COMMIT;
    }
    long first = taken.removeLarge(firstPage);
    if (first == 0) {
      return Freeing.IMPOSSIBLE;
    }
    cancelGrowth(firstPage, first, pages);
    forget(place);
    writes.forget(word, 8);
    if (left == References.NONE) {
      cancelled.addLarge(firstPage, first);
      return Freeing.AT_ONCE;
    }
    writes.putLong(place, ObjectHeader.freed(header, place));
    givenUp.addLarge(firstPage, first);
    return Freeing.ON_COMMIT;
  }

  /** Gives up the pages, up to {@code pages}, that this transaction has put behind the first. */
  private void cancelGrowth(long firstPage, long first, long pages) {
    for (long done = first; done < pages; ) {
      long place = firstPage + done * HeapLayout.PAGE_BYTES;
      long more = taken.removeLarge(place);
      inPlace.remove(place);
      cancelled.addLarge(place, more);
      done += more;
    }
  }

  /**
   * An object of this transaction's own is given up: no byte of its content shall be recorded. If
   * references to it may be left, its header will be, so that they do not fit the next object.
   */
  private void forget(long place) {
    endUnborn(place);
    long length = fresh.remove(place);
    if (length == 0) {
      length = HeapLayout.OBJECT_HEADER_BYTES;
      inPlace.remove(place + length);
    }
    writes.forget(place, length);
  }

  /**
   * The object that was to begin at {@code place} has never lived. It uses up its generation all
   * the same, since a reference to it may be in somebody's hands and must not fit the next object
   * there. Not journalled, and not durable: the place is free, and nobody has such a reference
   * after a crash.
   */
  private void endUnborn(long place) {
    core.map().putLong(place, ObjectHeader.freed(memory.getLong(place), place));
  }

  /** {@return whether the object at {@code address} is one that this transaction has allocated} */
  boolean isOwn(long address) {
    return fresh.hasStart(headerOf(address)) || inPlace.hasStart(address);
  }

  // ---- resizing

  /** {@return how many bytes of an object may be used} */
  long usableBytes(Allocator.Block block) {
    Slab slab = block.slab();
    return slab != null
        ? SizeClasses.blockBytes(slab.sizeClass()) - HeapLayout.OBJECT_HEADER_BYTES
        : LargeObject.usableBytes(pages(block));
  }

  /** {@return how many bytes may be used of an object for which {@code byteSize} are asked for} */
  static long usableBytesFor(long byteSize) {
    long blockBytes = blockBytes(byteSize);
    return blockBytes <= SizeClasses.MAX_BLOCK_BYTES
        ? SizeClasses.blockBytes(SizeClasses.classOf((int) blockBytes))
            - HeapLayout.OBJECT_HEADER_BYTES
        : LargeObject.usableBytes(LargeObject.pagesFor(blockBytes));
  }

  /** {@return how many pages a large object has} */
  long pages(Allocator.Block block) {
    return PageTable.pages(memory.getLong(core.allocator().tableWord(block.place())));
  }

  /** Puts zeroed pages behind a large object if those are free; {@return whether they were} */
  boolean grow(Allocator.Block block, long pages, long newPages) {
    long end = block.place() + pages * HeapLayout.PAGE_BYTES;
    if (!core.allocator().takeLargeAt(end, newPages - pages, taken)) {
      return false;
    }
    long bytes = (newPages - pages) * HeapLayout.PAGE_BYTES;
    inPlace.add(end, bytes, 0);
    memory.putZeros(end, bytes);
    writes.putLong(core.allocator().tableWord(block.place()), PageTable.large(newPages));
    return true;
  }

  /** Frees the last pages of a large object on commit, unless this transaction has changed them. */
  void shrink(Allocator.Block block, long pages, long newPages) {
    long word = core.allocator().tableWord(block.place());
    if (core.map().getLong(word) != PageTable.large(pages)) {
      return;
    }
    core.allocator().promiseFree();
    freed.addLarge(block.place() + newPages * HeapLayout.PAGE_BYTES, pages - newPages);
    writes.putLong(word, PageTable.large(newPages));
  }

  // ---- committing

  /** Adds all that another transaction has allocated, freed and written; it has nothing then. */
  void takeOver(ObjectChanges others) {
    memory.putAll(others.writes);
    fresh.addAll(others.fresh);
    inPlace.addAll(others.inPlace);
    taken.takeOver(others.taken);
    freed.takeOver(others.freed);
    givenUp.takeOver(others.givenUp);
    cancelled.takeOver(others.cancelled);
    others.clear();
    others.writes.clear();
  }

  /** Appends what the transaction has written: new objects first, since the rest may name them. */
  void appendTo(JournalRecord record) {
    for (int i = 0; i < fresh.count(); i++) {
      writes.moveTo(record, fresh.start(i), fresh.length(i));
    }
    for (int i = 0; i < inPlace.count(); i++) {
      if (inPlace.header(i) != 0) {
        writes.moveTo(record, inPlace.header(i), HeapLayout.OBJECT_HEADER_BYTES);
      }
    }
    taken.appendTaken(record);
    writes.appendTo(record);
    freed.appendFreed(record);
  }

  /** Writes the content of large new objects; {@return whether a sync has to follow} */
  boolean writeInPlace() {
    boolean any = false;
    for (int i = 0; i < inPlace.count(); i++) {
      long from = inPlace.writtenFrom(i);
      long to = inPlace.writtenTo(i);
      if (from < to) {
        core.journal().writeInPlace(from, to - from);
        any = true;
      }
    }
    return any;
  }

  private static long headerOf(long address) {
    return address - HeapLayout.OBJECT_HEADER_BYTES;
  }

  /**
   * The record is in order: what was freed, and what the record itself had, waits for the
   * watermark. Cannot fail.
   *
   * @param sequence the record's number
   * @param extents what holds its parts; emptied
   */
  void committed(long sequence, List<Allocator.Block> extents) {
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
  }

  // ---- ending

  /**
   * The record does not come about: what it would have freed stays.
   *
   * @param extents what holds its parts; given back, and emptied
   */
  void cancelFrees(List<Allocator.Block> extents) {
    if (freed.count() > 0 || givenUp.count() > 0 || !extents.isEmpty()) {
      core.allocator().cancelFrees(freed, extents);
      core.allocator().cancelFrees(givenUp, List.of());
      giveBack(givenUp);
      freed.clear();
      extents.clear();
    }
  }

  /** After the commit: what never became part of it is free again. */
  void finish() {
    inPlace.clear();
    giveBack(cancelled);
  }

  /** What was reserved is free again, and no reference to the new objects resolves. */
  void abort(List<Allocator.Block> extents) {
    endUnborn(inPlace);
    endUnborn(fresh);
    cancelFrees(extents);
    giveBack(taken);
    giveBack(cancelled);
  }

  private void endUnborn(Ranges unborn) {
    for (int i = 0; i < unborn.count(); i++) {
      if (unborn.header(i) != 0) {
        endUnborn(unborn.header(i));
      }
    }
  }

  private void giveBack(Reservations reserved) {
    if (reserved.count() > 0) {
      core.allocator().cancel(reserved);
      reserved.clear();
    }
  }

  /** Forgets everything, for the next transaction. */
  void clear() {
    fresh.clear();
    inPlace.clear();
    taken.clear();
    freed.clear();
    givenUp.clear();
    cancelled.clear();
  }
}
