package io.holdfast.pmem.internal;

/**
 * A range of bytes.
 *
 * @param start its first byte
 * @param end the first byte after it, larger than {@code start}
 */
record ByteRange(long start, long end) {

  long length() {
    return end - start;
  }

  boolean intersects(ByteRange other) {
    return start < other.end && other.start < end;
  }

  /** {@return what both have in common, of two that intersect} */
  ByteRange intersection(ByteRange other) {
    return new ByteRange(Math.max(start, other.start), Math.min(end, other.end));
  }

  /** {@return the range as seen from {@code distance} bytes further down} */
  ByteRange shifted(long distance) {
    return new ByteRange(start + distance, end + distance);
  }

  /** {@return the smallest range of whole blocks around this one} */
  ByteRange widened(long blockBytes) {
    return new ByteRange(
        Math.floorDiv(start, blockBytes) * blockBytes, Math.ceilDiv(end, blockBytes) * blockBytes);
  }
}
