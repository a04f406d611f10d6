package io.holdfast.heap.internal;

/**
 * The words of a zone's page table: what begins at a page.
 *
 * <pre>
 *  63      56 55      48 47                          0
 *  +---------+----------+----------------------------+
 *  | kind    | class    | pages                      |
 *  +---------+----------+----------------------------+
 * </pre>
 *
 * <p>0 is a free page; the pages after the first of a slab or large object have 0 too and are
 * skipped by its count. Free space has no other structure on the medium. Only the owner of a page
 * writes its word, through records.
 */
final class PageTable {
  static final int FREE = 0;
  static final int SLAB = 1;
  static final int LARGE = 2;

  private PageTable() {}

  static long slab(int sizeClass) {
    return (long) SLAB << 56 | (long) sizeClass << 48 | SizeClasses.pages(sizeClass);
  }

  static long large(long pages) {
    return (long) LARGE << 56 | pages;
  }

  static int kind(long word) {
    return (int) (word >>> 56);
  }

  static int sizeClass(long word) {
    return (int) (word >>> 48) & 0xFF;
  }

  static long pages(long word) {
    return word & 0xFFFF_FFFF_FFFFL;
  }
}
