package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import io.holdfast.pool.PoolCorruptedException;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the inner nodes of one {@link TreeLayout tree}, and finds leaves. Immutable;
 * allocates nothing.
 */
final class TreeNodes {
  final Heap heap;
  final Pages pages;
  final Blobs blobs;
  final int separators;
  private final boolean blobKeys;
  private final int words;
  private final int blobsOffset;
  private final int innerBytes;

  /**
   * @param separators at most as many as an inner node has room for
   */
  TreeNodes(Pages pages, int separators) {
    this.heap = pages.heap;
    this.pages = pages;
    this.blobs = pages.blobs;
    this.blobKeys = pages.keys == Kind.BYTES;
    this.separators = separators;
    this.words = TreeLayout.words(pages.keys);
    this.blobsOffset = TreeLayout.blobs(pages.keys);
    this.innerBytes = TreeLayout.innerBytes(pages.keys);
  }

  int height(long header) {
    long height = heap.getLong(header + TreeLayout.HEIGHT);
    if (height < 0 || height > TreeLayout.MAX_HEIGHT) {
      throw damaged("height", header, height);
    }
    return (int) height;
  }

  int count(long node) {
    long count = heap.getLong(node + TreeLayout.COUNT);
    if (count < 0 || count > separators) {
      throw damaged("count of separators", node, count);
    }
    return (int) count;
  }

  private PoolCorruptedException damaged(String what, long node, long value) {
    return new PoolCorruptedException(
        "%s: tree node at address %d has %s %d".formatted(heap.path(), node, what, value));
  }

  long childReference(long node, int index) {
    return heap.getLong(node + TreeLayout.CHILDREN + 8L * index);
  }

  long child(long node, int index) {
    return heap.resolve(childReference(node, index));
  }

  long word(long node, int index) {
    return heap.getLong(node + words + 8L * index);
  }

  long blob(long node, int index) {
    return blobKeys ? heap.getLong(node + blobsOffset + 8L * index) : 0;
  }

  /**
   * {@return the child that a key is in: how many separators are not above it}
   *
   * @param word what is compared first
   * @param bytes what is compared then, if keys are bytes
   * @param length how many of {@code bytes} are the key
   */
  int childOf(long node, long word, byte @Nullable [] bytes, int length) {
    int low = 0;
    int high = count(node);
    while (low < high) {
      int middle = (low + high) >>> 1;
      long separator = word(node, middle);
      boolean above =
          (bytes == null || separator != word)
              ? separator > word
              : blobs.compare(bytes, length, blob(node, middle)) < 0;
      if (above) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** {@return the leaf that a key is in, 0 if the tree is empty} */
  long leafOf(long header, long word, byte @Nullable [] bytes) {
    long node = heap.resolve(heap.getLong(header + TreeLayout.ROOT));
    if (node == 0) {
      return 0;
    }
    int length = bytes == null ? 0 : bytes.length;
    for (int level = height(header); level > 0; level--) {
      node = child(node, childOf(node, word, bytes, length));
    }
    return node;
  }

  // ---- changes, each a part of the running transaction

  long allocate(Tx tx) {
    return tx.allocate(innerBytes, TreeLayout.INNER_TYPE);
  }

  void putCount(Tx tx, long node, int count) {
    putLong(tx, node + TreeLayout.COUNT, count);
  }

  void putChild(Tx tx, long node, int index, long reference) {
    putLong(tx, node + TreeLayout.CHILDREN + 8L * index, reference);
  }

  void putSeparator(Tx tx, long node, int index, long word, long blob) {
    putLong(tx, node + words + 8L * index, word);
    if (blobKeys) {
      putLong(tx, node + blobsOffset + 8L * index, blob);
    }
  }

  /** What has not changed shall not be in the record. */
  private void putLong(Tx tx, long address, long value) {
    if (heap.getLong(address) != value) {
      tx.putLong(address, value);
    }
  }

  /** Takes out a separator and the child behind it; the separator's blob is the caller's. */
  void remove(Tx tx, long node, int index) {
    int count = count(node);
    for (int i = index; i < count - 1; i++) {
      putSeparator(tx, node, i, word(node, i + 1), blob(node, i + 1));
      putChild(tx, node, i + 1, childReference(node, i + 2));
    }
    putCount(tx, node, count - 1);
  }

  /** Puts in a separator and the child behind it; there is room. */
  void insert(Tx tx, long node, int index, long word, long blob, long child) {
    int count = count(node);
    for (int i = count; i > index; i--) {
      putSeparator(tx, node, i, word(node, i - 1), blob(node, i - 1));
      putChild(tx, node, i + 1, childReference(node, i));
    }
    putSeparator(tx, node, index, word, blob);
    putChild(tx, node, index + 1, child);
    putCount(tx, node, count + 1);
  }
}
