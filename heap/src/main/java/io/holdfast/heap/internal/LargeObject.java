package io.holdfast.heap.internal;

/** Where an object that has pages of its own begins in them: the header before a multiple of 16. */
final class LargeObject {
  static final int HEADER_OFFSET = 8;

  private LargeObject() {}

  /** {@return pages for an object with its header} */
  static long pagesFor(long blockBytes) {
    return (blockBytes + HEADER_OFFSET + HeapLayout.PAGE_BYTES - 1) / HeapLayout.PAGE_BYTES;
  }

  /** {@return bytes that an object of {@code pages} pages may use} */
  static long usableBytes(long pages) {
    return pages * HeapLayout.PAGE_BYTES - HEADER_OFFSET - HeapLayout.OBJECT_HEADER_BYTES;
  }
}
