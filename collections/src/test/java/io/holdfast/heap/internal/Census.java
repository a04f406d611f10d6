package io.holdfast.heap.internal;

import io.holdfast.heap.Heap;

/** Counts the objects of a heap by what its page tables and bitmaps say. */
public final class Census {
  private Census() {}

  /** {@return how many objects there are} */
  public static long objects(Heap heap) {
    Geometry geometry = Geometry.forLimit(heap.limit());
    long objects = 0;
    for (int zone = 0; geometry.zoneOffset(zone) < heap.size(); zone++) {
      long start = geometry.zoneOffset(zone);
      long end = Math.min(heap.size(), start + geometry.zoneBytes());
      int pages = (int) ((end - start) / HeapLayout.PAGE_BYTES);
      for (int page = geometry.tablePages(); page < pages; ) {
        long word = heap.getLong(start + 8L * page);
        long place = start + (long) page * HeapLayout.PAGE_BYTES;
        switch (PageTable.kind(word)) {
          case PageTable.FREE -> page++;
          case PageTable.LARGE -> {
            objects++;
            page += (int) PageTable.pages(word);
          }
          case PageTable.SLAB -> {
            int words = SizeClasses.bitmapWords(PageTable.sizeClass(word));
            for (int i = 0; i < words; i++) {
              objects += Long.bitCount(heap.getLong(place + 8L * i));
            }
            page += (int) PageTable.pages(word);
          }
          default -> throw new AssertionError("page table word %#x".formatted(word));
        }
      }
    }
    return objects;
  }
}
