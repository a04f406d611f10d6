package io.holdfast.heap.internal;

import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands out space for objects, and takes it back.
 *
 * <p><b>On the medium</b> there are page tables and bitmaps, changed only by records: by the record
 * of the transaction that allocates or frees, and by small records of the allocator's own that
 * create a slab, release one, or grow the heap. Those are durable before anything else can rest on
 * them (DAX), or come earlier in the one log (PAGE), so that no transaction's durability hangs on
 * another's.
 *
 * <p><b>In DRAM</b> is everything else, rebuilt zone by zone when first needed: free pages, slabs
 * with available blocks, reservations, which an abort simply gives back, and the {@link Quarantine}
 * of freed space.
 *
 * <p><b>The reserve:</b> some pages are kept from ordinary allocations for records larger than the
 * journal holds, so that a full heap can still free.
 *
 * <p><b>Threads:</b> one lock; it is taken after the heap's and the user's locks and before the
 * journal's.
 */
final class Allocator implements Zone.Found, Quarantine.Release {
  private static final int QUARANTINE_LOOK = 4096;
  private static final long WAIT_NANOS = 20_000;
  private static final long RESERVE_DIVISOR = 64;
  private static final long MAX_GROWTH_BYTES = 256L << 20;
  private static final long MIN_GROWTH_BYTES = 1L << 20;

  private final PmemFile file;
  private final PmemMap map;
  private final Geometry geometry;
  private final Journal journal;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Zone> zones = new ArrayList<>();
  private final FreePages freePages = new FreePages();
  private final @Nullable Slab[] current = new @Nullable Slab[SizeClasses.COUNT];
  private final List<ArrayDeque<Slab>> queues = new ArrayList<>();
  private final List<Slab> slabs = new ArrayList<>();
  private final Quarantine quarantine = new Quarantine();
  private final JournalRecord own = new JournalRecord();
  private int scannedZones;
  private int promised;
  private volatile long size;

  /** A place that an object begins at. */
  record Block(@Nullable Slab slab, int block, long place, long pages) {}

  Allocator(PmemFile file, PmemMap map, Geometry geometry, Journal journal, long size) {
    this.file = file;
    this.map = map;
    this.geometry = geometry;
    this.journal = journal;
    this.size = size;
    for (int i = 0; i < SizeClasses.COUNT; i++) {
      queues.add(new ArrayDeque<>());
    }
    setZonesTo(size);
  }

  /** {@return bytes of the file in use} */
  long size() {
    return size;
  }

  // ---- small objects

  /**
   * Reserves a block for the running transaction.
   *
   * @return where it begins
   */
  long takeBlock(int sizeClass, Reservations to) {
    lock.lock();
    try {
      while (true) {
        Slab slab = current[sizeClass];
        int block = slab == null ? -1 : slab.take();
        if (slab != null && block >= 0) {
          to.add(slab, block);
          return slab.blockOffset(block);
        }
        current[sizeClass] =
            null; // so that a block of it that becomes available puts it in the queue
        current[sizeClass] = nextSlab(sizeClass);
      }
    } finally {
      lock.unlock();
    }
  }

  private Slab nextSlab(int sizeClass) {
    ArrayDeque<Slab> queue = queues.get(sizeClass);
    quarantine.release(journal.watermark(), this);
    while (true) {
      for (Slab slab = queue.poll(); slab != null; slab = queue.poll()) {
        slab.queued = false;
        slab.load(map);
        if (slab.hasAvailable()) {
          return slab;
        }
      }
      if (scannedZones < zones.size()) {
        scanNextZone();
        continue;
      }
      long place = takePages(SizeClasses.pages(sizeClass), sizeClass);
      return place < 0 ? queuedAfterReclaim(queue) : createSlab(place, sizeClass);
    }
  }

  /** A reclaim made blocks of this very class available while it looked for pages. */
  private Slab queuedAfterReclaim(ArrayDeque<Slab> queue) {
    Slab slab = queue.remove();
    slab.queued = false;
    return slab;
  }

  private Slab createSlab(long place, int sizeClass) {
    Zone zone = zoneAt(place);
    own.clear();
    for (int word = 0; word < SizeClasses.bitmapWords(sizeClass); word++) {
      own.word(place + 8L * word, 0);
    }
    own.word(zone.wordOffsetFor(place), PageTable.slab(sizeClass));
    journal.commit(own, own);
    Slab slab = new Slab(place, sizeClass);
    slab.loadEmpty();
    zone.register(slab);
    slabs.add(slab);
    return slab;
  }

  // ---- large objects and extents

  /** Reserves pages for a large object of the running transaction. */
  long takeLarge(long pages, Reservations to) {
    lock.lock();
    try {
      quarantine.release(journal.watermark(), this);
      long place = takePages(pages, -1);
      to.addLarge(place, pages);
      return place;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reserves pages that begin at {@code place}, behind a large object that shall grow; {@return
   * whether they were free} At its end the heap grows for that.
   */
  boolean takeLargeAt(long place, long pages, Reservations to) {
    lock.lock();
    try {
      quarantine.release(journal.watermark(), this);
      if (takeAt(place, pages) || (growBehind(place, pages) && takeAt(place, pages))) {
        to.addLarge(place, pages);
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean takeAt(long place, long pages) {
    return freePages.total() - pages >= reservePages() && freePages.takeAt(place, pages);
  }

  private boolean growBehind(long place, long pages) {
    try {
      return freePages.endOfRunAt(place) == size && grow(pages);
    } catch (OutOfSpaceException e) {
      return false; // there may be room elsewhere
    }
  }

  /** {@return where the page table's word for the large object at {@code place} is} */
  long tableWord(long place) {
    return zoneAt(place).wordOffsetFor(place);
  }

  /** {@return pages for a part of a record, at most {@code pages}, from the reserve too} */
  Block takeExtent(long pages) {
    lock.lock();
    try {
      quarantine.release(journal.watermark(), this);
      scanAll();
      while (freePages.longest() == 0) {
        makeRoom(1);
      }
      long count = Math.min(pages, freePages.longest());
      promise();
      return new Block(null, 0, freePages.take(count), count);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds pages, growing the heap if need be.
   *
   * @param sizeClass the class whose queue may serve instead after a reclaim, -1 for none
   * @return where they begin, or -1 if the queue serves
   * @throws OutOfSpaceException if there are none
   */
  private long takePages(long pages, int sizeClass) {
    while (true) {
      long place = freePages.total() - pages < reservePages() ? -1 : freePages.take(pages);
      if (place >= 0) {
        return place;
      }
      if (scannedZones < zones.size()) {
        scanNextZone();
      } else {
        makeRoom(pages);
      }
      if (sizeClass >= 0 && !queues.get(sizeClass).isEmpty()) {
        return -1;
      }
    }
  }

  /**
   * Makes some room: takes back what is free, grows, or looks everywhere for what is free, in this
   * order.
   */
  private void makeRoom(long pages) {
    if (reclaim(Reclaim.KNOWN)) {
      return;
    }
    try {
      if (grow(pages)) {
        return;
      }
    } catch (OutOfSpaceException e) {
      if (reclaim(Reclaim.ALL)) {
        return;
      }
      throw e;
    }
    if (!reclaim(Reclaim.ALL)) {
      throw outOfSpace(pages);
    }
  }

  private long reservePages() {
    return (size - geometry.firstZoneOffset()) / HeapLayout.PAGE_BYTES / RESERVE_DIVISOR + 1;
  }

  private OutOfSpaceException outOfSpace(long pages) {
    return new OutOfSpaceException(
        "%s: no room for %d bytes: %d of at most %d bytes in use, %d bytes free in parts of at most %d"
            .formatted(
                file.path(),
                pages * HeapLayout.PAGE_BYTES,
                size,
                geometry.limitBytes(),
                freePages.total() * HeapLayout.PAGE_BYTES,
                freePages.longest() * HeapLayout.PAGE_BYTES),
        null);
  }

  // ---- taking back

  /** What a reclaim looks at. */
  private enum Reclaim {
    /** Slabs whose bitmaps have been read. */
    KNOWN,
    /** All slabs. */
    ALL
  }

  /**
   * Frees what waits for the watermark, and pages of slabs without objects; {@return whether there
   * was any}
   */
  private boolean reclaim(Reclaim which) {
    boolean found = releaseQuarantined();
    own.clear();
    List<Slab> empty = new ArrayList<>();
    for (Slab slab : slabs) {
      if (which == Reclaim.ALL) {
        slab.load(map);
      }
      if (slab.isEmpty() && own.length() + 16 <= journal.maxRecordBytes() - 64) {
        empty.add(slab);
        own.word(zoneAt(slab.offset()).wordOffsetFor(slab.offset()), 0);
      }
    }
    if (empty.isEmpty()) {
      return found;
    }
    quarantine.reserve(promised + empty.size());
    for (Slab slab : empty) {
      if (current[slab.sizeClass()] == slab) {
        current[slab.sizeClass()] = null;
      }
      if (slab.queued) {
        queues.get(slab.sizeClass()).remove(slab);
      }
    }
    long sequence = journal.commit(own, own);
    for (Slab slab : empty) {
      zoneAt(slab.offset()).unregister(slab);
      quarantine.addPages(sequence, slab.offset(), SizeClasses.pages(slab.sizeClass()));
    }
    slabs.removeAll(new HashSet<>(empty));
    return releaseQuarantined() || found;
  }

  /**
   * Forces checkpoints until everything quarantined so far is released; {@return whether there was
   * anything}
   */
  private boolean releaseQuarantined() {
    int before = quarantine.size();
    while (quarantine.size() > 0) {
      long known = journal.watermark();
      journal.checkpoint();
      quarantine.release(journal.watermark(), this);
      journal.failure.check();
      if (journal.watermark() == known) {
        // a commit in flight, which needs nothing of ours, holds the watermark back
        LockSupport.parkNanos(WAIT_NANOS);
      }
    }
    return before > 0;
  }

  @Override
  public void block(Slab slab, int block) {
    slab.give(block);
    if (!slab.queued && current[slab.sizeClass()] != slab) {
      slab.queued = true;
      queues.get(slab.sizeClass()).add(slab);
    }
  }

  @Override
  public void pages(long offset, long pages) {
    freePages.give(offset, pages);
  }

  /** Gives back what a transaction reserved and did not commit. */
  void cancel(Reservations reservations) {
    lock.lock();
    try {
      reservations.giveBack(this);
    } finally {
      lock.unlock();
    }
  }

  /** Quarantines what a committed transaction freed and the extents of its record; cannot fail. */
  void committed(long sequence, Reservations frees, List<Block> extents) {
    lock.lock();
    try {
      promised -= frees.count() + extents.size();
      frees.quarantine(quarantine, sequence);
      for (Block extent : extents) {
        quarantine.addPages(sequence, extent.place(), extent.pages());
      }
      if (quarantine.size() > QUARANTINE_LOOK) {
        quarantine.release(journal.watermark(), this);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives back what a transaction that did not commit had for its record, and forgets what it would
   * have freed.
   */
  void cancelFrees(Reservations frees, List<Block> extents) {
    lock.lock();
    try {
      promised -= frees.count() + extents.size();
      for (Block extent : extents) {
        freePages.give(extent.place(), extent.pages());
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- finding

  /**
   * {@return the block or pages whose object header is at {@code place}}
   *
   * @throws IllegalArgumentException if none begins there
   */
  Block locate(long place) {
    lock.lock();
    try {
      return found(place);
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #locate}, for an object that a transaction is going to free or, by the caller, will
   * not.
   */
  Block locateToFree(long place) {
    lock.lock();
    try {
      Block block = found(place);
      promise();
      return block;
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #locateToFree}, for a part of an object. */
  void promiseFree() {
    lock.lock();
    try {
      promise();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a place in the quarantine, so that {@link #committed} cannot fail. */
  private void promise() {
    quarantine.reserve(promised + 1);
    promised++;
  }

  /** Gives back the place that {@link #locateToFree} has kept. */
  void forgetFree() {
    lock.lock();
    try {
      promised--;
    } finally {
      lock.unlock();
    }
  }

  private Block found(long place) {
    if (place >= geometry.firstZoneOffset() && place < size) {
      Zone zone = zones.get(geometry.zoneOf(place));
      scanUpTo(zone);
      if (zone.holds(place)) {
        Slab slab = zone.slabAt(place);
        if (slab != null) {
          slab.load(map);
          int block = slab.blockAt(place);
          if (block >= 0) {
            return new Block(slab, block, place, 0);
          }
        } else if (place % HeapLayout.PAGE_BYTES == LargeObject.HEADER_OFFSET) {
          return new Block(null, 0, place - LargeObject.HEADER_OFFSET, 0);
        }
      }
    }
    throw new IllegalArgumentException(
        "%s: no object begins at address %d"
            .formatted(file.path(), place + HeapLayout.OBJECT_HEADER_BYTES));
  }

  /**
   * {@return where the header of the first object is that begins at {@code from} or behind it, -1
   * if there is none}
   */
  long nextObject(long from) {
    lock.lock();
    try {
      long start = Math.max(from, geometry.firstZoneOffset());
      for (int i = geometry.zoneOf(start); i < zones.size(); i++) {
        Zone zone = zones.get(i);
        scanUpTo(zone);
        long place = zone.nextObject(map, start);
        if (place >= 0) {
          return place;
        }
      }
      return -1;
    } finally {
      lock.unlock();
    }
  }

  /** Counts what is in the heap, reading all page tables and bitmaps. */
  Census census() {
    lock.lock();
    try {
      scanAll();
      Census census = new Census();
      zones.forEach(zone -> zone.count(map, census));
      return census;
    } finally {
      lock.unlock();
    }
  }

  private Zone zoneAt(long place) {
    return zones.get(geometry.zoneOf(place));
  }

  private void scanUpTo(Zone zone) {
    while (!zone.isScanned()) {
      scanNextZone();
    }
  }

  private void scanAll() {
    while (scannedZones < zones.size()) {
      scanNextZone();
    }
  }

  private void scanNextZone() {
    zones.get(scannedZones).scan(map, file.path(), this);
    scannedZones++;
  }

  @Override
  public void slab(Slab slab) {
    slabs.add(slab);
    slab.queued = true;
    queues.get(slab.sizeClass()).add(slab);
  }

  @Override
  public void free(long offset, long pages) {
    freePages.give(offset, pages);
  }

  // ---- growing

  /** Grows the file and the heap; {@return whether it did} */
  private boolean grow(long pages) {
    long perZone = (long) geometry.zonePages() - geometry.tablePages();
    if (pages > perZone) {
      throw new OutOfSpaceException(
          "%s: an object of %d bytes is too large; the largest has %d bytes"
              .formatted(
                  file.path(), pages * HeapLayout.PAGE_BYTES, perZone * HeapLayout.PAGE_BYTES),
          null);
    }
    long needed = (pages + geometry.tablePages() + 1) * HeapLayout.PAGE_BYTES;
    long step =
        Math.max(needed + needed / 32, Math.clamp(size, MIN_GROWTH_BYTES, MAX_GROWTH_BYTES));
    long target = Math.min(geometry.limitBytes(), size + step) & -HeapLayout.PAGE_BYTES;
    if (target <= size) {
      return false;
    }
    BlockingCalls.run(() -> file.allocate(size, target - size));
    journal.failing(file::sync);
    map.grow(target);
    own.clear();
    own.word(HeapLayout.SIZE_OFFSET, target);
    journal.commit(own, own);
    setZonesTo(target);
    size = target;
    return true;
  }

  /** A zone counts once its page table lies within the heap. */
  private void setZonesTo(long newSize) {
    for (int i = 0; ; i++) {
      long start = geometry.zoneOffset(i);
      int pages = Math.clamp((newSize - start) / HeapLayout.PAGE_BYTES, 0, geometry.zonePages());
      if (pages <= geometry.tablePages()) {
        return;
      }
      if (i < zones.size()) {
        zones.get(i).growTo(pages, this);
      } else {
        zones.add(new Zone(start, geometry.tablePages(), geometry.zonePages(), pages));
      }
    }
  }
}
