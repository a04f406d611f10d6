package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.HeapLayout.LONG;
import static io.holdfast.heap.internal.HeapLayout.PAGE_BYTES;

import io.holdfast.pmem.PmemFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pages of a file as recovery changes them, in DRAM until {@link #write}. Volatile; one thread.
 */
final class PageOverlay {
  private record Kept(long offset, MemorySegment bytes) {}

  private final PmemFile file;
  private final Map<Long, MemorySegment> pages = new TreeMap<>();
  private final List<Kept> kept = new ArrayList<>();

  PageOverlay(PmemFile file) {
    this.file = file;
  }

  /** Replaces bytes that lie within one cache line. */
  void put(long offset, MemorySegment source) {
    MemorySegment.copy(source, 0, page(offset), offset % PAGE_BYTES, source.byteSize());
  }

  long getLong(long offset) {
    return page(offset).get(LONG, offset % PAGE_BYTES);
  }

  void putLong(long offset, long value) {
    page(offset).set(LONG, offset % PAGE_BYTES, value);
  }

  /** Remembers bytes that lie in an extent, to be made durable again before anything is applied. */
  void keep(long offset, MemorySegment bytes) {
    kept.add(new Kept(offset, bytes));
  }

  /** Writes what is kept back to its place; in doubt until the file is synchronised. */
  void rewriteKept() {
    for (Kept extent : kept) {
      file.write(extent.offset(), extent.bytes());
    }
  }

  /** Writes all changed pages; in doubt until the file is synchronised. */
  void write() {
    pages.forEach((offset, page) -> file.write(offset, page));
  }

  private MemorySegment page(long offset) {
    return pages.computeIfAbsent(offset & -PAGE_BYTES, this::load);
  }

  private MemorySegment load(long offset) {
    MemorySegment page = MemorySegment.ofArray(new long[PAGE_BYTES / 8]);
    file.read(offset, page);
    return page;
  }
}
