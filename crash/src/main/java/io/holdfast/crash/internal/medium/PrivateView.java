package io.holdfast.crash.internal.medium;

import java.util.BitSet;

/**
 * What a private mapping shows: pages it has stored to are its own, all others are the file's.
 * Everything here happens under the medium's lock.
 */
final class PrivateView {
  private static final int PAGE = (int) Window.PAGE_BYTES;

  private final Inode inode;
  private final Window window;
  private final long offset;
  private final BitSet own = new BitSet();
  private long size;

  PrivateView(Inode inode, Window window, long offset, long size) {
    this.inode = inode;
    this.window = window;
    this.offset = offset;
    this.size = size;
    inode.window().reserve(offset + MapBounds.roundUp(size));
    window.load(inode.window(), offset, MapBounds.roundUp(size));
    inode.add(this);
  }

  Window window() {
    return window;
  }

  void grow(long newSize) {
    long from = MapBounds.roundUp(size);
    long to = MapBounds.roundUp(newSize);
    inode.window().reserve(offset + to);
    window.reserve(to);
    if (to > from) {
      window.put(from, inode.window().memory(), offset + from, to - from);
    }
    size = newSize;
  }

  /** Makes the pages of a range the mapping's own. */
  void touch(long position, long length) {
    own.set((int) (position / PAGE), (int) ((position + length - 1) / PAGE) + 1);
  }

  /** Makes pages the mapping's own that were stored to through its segment. */
  void findStores() {
    if (window.isHandedOut()) {
      window.findStores((position, _, after) -> touch(position, after.length));
    }
  }

  /** Shows changed bytes of the file, where they are not covered by pages of the mapping's own. */
  void refresh(long filePosition, long length) {
    findStores();
    long from = Math.max(filePosition - offset, 0);
    long end = Math.min(filePosition - offset + length, MapBounds.roundUp(size));
    while (from < end) {
      long next = Math.min(end, (from / PAGE + 1) * PAGE);
      if (!own.get((int) (from / PAGE))) {
        window.put(from, inode.window().memory(), offset + from, next - from);
      }
      from = next;
    }
  }
}
