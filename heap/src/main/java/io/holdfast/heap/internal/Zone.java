package io.holdfast.heap.internal;

import io.holdfast.pmem.PmemMap;
import io.holdfast.pool.PoolCorruptedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the heap with one page table; the volatile side. Scanned when something in it is
 * first needed, so that opening a heap reads none of it. Guarded by the allocator's lock.
 */
final class Zone {
  private static final @Nullable Slab[] NONE = new @Nullable Slab[0];

  private final long offset;
  private final int tablePages;
  private final int zonePages;
  private @Nullable Slab[] slabs = NONE;
  private int pages;
  private boolean scanned;

  /** Receives what a scan finds. */
  interface Found {
    /** A slab whose bitmap has not been read. */
    void slab(Slab slab);

    /** Free pages. */
    void free(long offset, long pages);
  }

  /**
   * A zone of which {@code pages} pages lie within the heap's size.
   *
   * @param zonePages how many it can have
   */
  Zone(long offset, int tablePages, int zonePages, int pages) {
    this.offset = offset;
    this.tablePages = tablePages;
    this.zonePages = zonePages;
    this.pages = pages;
  }

  int pages() {
    return pages;
  }

  boolean isScanned() {
    return scanned;
  }

  /**
   * Reads the page table.
   *
   * @throws PoolCorruptedException if it is damaged; {@code found} has been told nothing then, and
   *     the zone is not scanned
   */
  void scan(PmemMap map, Path path, Found found) {
    check(map, path);
    slabs = new @Nullable Slab[zonePages];
    scanned = true;
    long freeFrom = -1;
    for (int page = tablePages; page < pages; ) {
      long word = map.getLong(wordOffset(page));
      if (word == 0) {
        freeFrom = freeFrom < 0 ? page : freeFrom;
        page++;
        continue;
      }
      if (freeFrom >= 0) {
        found.free(pageOffset((int) freeFrom), page - freeFrom);
        freeFrom = -1;
      }
      if (PageTable.kind(word) == PageTable.SLAB) {
        Slab slab = new Slab(pageOffset(page), PageTable.sizeClass(word));
        register(slab);
        found.slab(slab);
      }
      page += (int) PageTable.pages(word);
    }
    if (freeFrom >= 0) {
      found.free(pageOffset((int) freeFrom), pages - freeFrom);
    }
  }

  private void check(PmemMap map, Path path) {
    for (int page = tablePages; page < pages; ) {
      long word = map.getLong(wordOffset(page));
      if (word != 0 && !isSound(word, page)) {
        throw damaged(path, page, word);
      }
      page += word == 0 ? 1 : (int) PageTable.pages(word);
    }
    for (int page = pages; page < zonePages; page++) {
      long word = map.getLong(wordOffset(page));
      if (word != 0) { // nothing was ever there, unless the heap's recorded size is damaged
        throw damaged(path, page, word);
      }
    }
  }

  private PoolCorruptedException damaged(Path path, int page, long word) {
    return new PoolCorruptedException(
        "%s: page table word at offset %d holds %#x; restore the pool from a copy"
            .formatted(path, wordOffset(page), word));
  }

  private boolean isSound(long word, int page) {
    long count = PageTable.pages(word);
    if (count == 0 || page + count > pages) {
      return false;
    }
    return switch (PageTable.kind(word)) {
      case PageTable.LARGE -> PageTable.sizeClass(word) == 0;
      case PageTable.SLAB ->
          PageTable.sizeClass(word) < SizeClasses.COUNT
              && count == SizeClasses.pages(PageTable.sizeClass(word));
      default -> false;
    };
  }

  /**
   * Takes in pages that the heap has grown by; {@code found} is told of them if the zone has been
   * scanned.
   */
  void growTo(int newPages, Found found) {
    int first = Math.max(pages, tablePages);
    if (scanned && newPages > first) {
      found.free(pageOffset(first), newPages - first);
    }
    pages = newPages;
  }

  void register(Slab slab) {
    fill(slab, slab);
  }

  void unregister(Slab slab) {
    fill(slab, null);
  }

  private void fill(Slab slab, @Nullable Slab value) {
    int first = pageOf(slab.offset());
    for (int i = 0; i < SizeClasses.pages(slab.sizeClass()); i++) {
      slabs[first + i] = value;
    }
  }

  /** {@return the slab that holds {@code place}, if any} */
  @Nullable Slab slabAt(long place) {
    return slabs[pageOf(place)];
  }

  /**
   * {@return where the header of the first object is that begins at {@code from} or behind it, as
   * the medium knows it; -1 if there is none in the zone}
   */
  long nextObject(PmemMap map, long from) {
    int page = Math.max(from < offset ? 0 : pageOf(from), tablePages);
    while (page < pages) {
      Slab slab = slabs[page];
      if (slab != null) {
        long place = slab.nextTaken(map, from);
        if (place >= 0) {
          return place;
        }
        page = pageOf(slab.offset()) + SizeClasses.pages(slab.sizeClass());
        continue;
      }
      long word = map.getLong(wordOffset(page));
      long place = pageOffset(page) + LargeObject.HEADER_OFFSET;
      if (PageTable.kind(word) == PageTable.LARGE && place >= from) {
        return place;
      }
      page += (int) Math.max(1, PageTable.pages(word));
    }
    return -1;
  }

  /** Adds what the zone holds, as the medium knows it. */
  void count(PmemMap map, Census census) {
    for (int page = tablePages; page < pages; ) {
      Slab slab = slabs[page];
      long word = map.getLong(wordOffset(page));
      int count = (int) Math.max(1, PageTable.pages(word));
      if (slab != null) {
        count = SizeClasses.pages(slab.sizeClass());
        census.slab(slab, slab.countTaken(map));
      } else if (PageTable.kind(word) == PageTable.LARGE) {
        census.large(count);
      }
      page += count;
    }
  }

  /** {@return the page table's word for the page at {@code place}} */
  long wordOffsetFor(long place) {
    return wordOffset(pageOf(place));
  }

  /** {@return whether {@code place} lies behind the table and within the heap's size} */
  boolean holds(long place) {
    int page = pageOf(place);
    return page >= tablePages && page < pages;
  }

  private int pageOf(long place) {
    return (int) ((place - offset) / HeapLayout.PAGE_BYTES);
  }

  private long pageOffset(int page) {
    return offset + (long) page * HeapLayout.PAGE_BYTES;
  }

  private long wordOffset(int page) {
    return offset + 8L * page;
  }
}
