package io.holdfast.collections;

import io.holdfast.heap.Tx;

/**
 * A change of a B+ tree.
 *
 * <p>Nodes are split when they are full. A node that has become less than a quarter full takes its
 * neighbour's content over, if that leaves a quarter free, or else half of what the neighbour has
 * more. So each change touches few nodes again soon, and none but the root is ever less than a
 * quarter full. What is new is filled, what is old is changed, within the one transaction: in which
 * order does not matter.
 */
final class TreeOperation extends MapOperation {
  private final TreeNodes nodes;
  private final MapLock lock;
  private final Sorter sorter;

  /** The inner nodes from the root to the leaf, and which child each went on with. */
  private final long[] path = new long[TreeLayout.MAX_HEIGHT];

  private final int[] index = new int[TreeLayout.MAX_HEIGHT];

  /** Separators and children of one or two inner nodes that are divided anew. */
  private final long[] words;

  private final long[] blobs;
  private final long[] children;

  TreeOperation(TreeNodes nodes, MapLock lock) {
    super(nodes.pages);
    this.nodes = nodes;
    this.lock = lock;
    this.sorter = new Sorter(nodes.pages);
    this.words = new long[2 * nodes.separators + 1];
    this.blobs = new long[2 * nodes.separators + 1];
    this.children = new long[2 * nodes.separators + 2];
  }

  @Override
  void noteChange() {
    lock.noteChange();
  }

  /** {@return the leaf of the key, with the path to it noted; 0 if the tree is empty} */
  private long descend(int height) {
    long node = nodes.heap.resolve(nodes.heap.getLong(header + TreeLayout.ROOT));
    for (int depth = 0; depth < height; depth++) {
      int child = nodes.childOf(node, word, bytes, bytes == null ? 0 : bytes.length);
      path[depth] = node;
      index[depth] = child;
      node = nodes.child(node, child);
    }
    return node;
  }

  private void addToSize(Tx tx, long difference) {
    long address = header + TreeLayout.SIZE;
    tx.putLong(address, nodes.heap.getLong(address) + difference);
  }

  private void putRoot(Tx tx, long reference, int height) {
    tx.putLong(header + TreeLayout.ROOT, reference);
    tx.putLong(header + TreeLayout.HEIGHT, height);
  }

  // ---- put

  @Override
  boolean put(Tx tx) {
    int height = nodes.height(header);
    long leaf = descend(height);
    int place = leaf == 0 ? -1 : pages.find(leaf, word, bytes, print());
    if (place >= 0) {
      if (change != Change.PUT_IF_ABSENT) {
        replaceValue(tx, leaf, place);
      }
      return change == Change.REPLACE;
    }
    if (change == Change.REPLACE) {
      return false;
    }
    if (leaf == 0) {
      leaf = Pages.allocate(tx);
      putRoot(tx, nodes.heap.reference(leaf), 0);
    }
    int free = pages.free(leaf, word);
    if (free < 0) {
      leaf = splitLeaf(tx, leaf, height);
      free = pages.free(leaf, word);
    }
    pages.put(tx, leaf, free, print(), word, makeKey(tx), makeValue(tx));
    addToSize(tx, 1);
    return true;
  }

  /** Moves the upper half of a leaf to a new one; {@return the one that the key belongs in} */
  private long splitLeaf(Tx tx, long leaf, int height) {
    int count = sorter.load(leaf);
    int half = count / 2;
    long right = Pages.allocate(tx);
    long separator = sorter.word(half);
    long blob = makeSeparator(tx, sorter.key(half - 1), sorter.key(half));
    if (blob != 0) {
      separator = separatorWord;
    }
    boolean goesRight = isAtLeast(separator, blob);
    for (int i = half; i < count; i++) {
      pages.move(tx, leaf, sorter.place(i), right);
    }
    insertAbove(tx, height, height, separator, blob, nodes.heap.reference(right));
    return goesRight ? right : leaf;
  }

  private boolean isAtLeast(long separator, long blob) {
    byte[] key = bytes;
    return (key == null || word != separator)
        ? word >= separator
        : pages.blobs.compare(key, key.length, blob) >= 0;
  }

  /** The word of the separator made last. */
  private long separatorWord;

  /**
   * Makes the shortest separator of two neighbouring keys; {@return its blob, 0 if keys are no
   * bytes}
   */
  private long makeSeparator(Tx tx, long leftKey, long rightKey) {
    if (pages.keys == Kind.LONG) {
      return 0;
    }
    byte[] left = pages.blobs.bytes(leftKey);
    byte[] right = pages.blobs.bytes(rightKey);
    int length = Blobs.separatingLength(left, right);
    separatorWord = Blobs.word(right, length);
    return pages.blobs.make(tx, right, length);
  }

  /** Puts a new child behind the node at {@code depth} of the path. */
  private void insertAbove(Tx tx, int depth, int height, long separator, long blob, long child) {
    long newWord = separator;
    long newBlob = blob;
    long newChild = child;
    for (int d = depth - 1; d >= 0; d--) {
      long node = path[d];
      if (nodes.count(node) < nodes.separators) {
        nodes.insert(tx, node, index[d], newWord, newBlob, newChild);
        return;
      }
      load(node, 0);
      int count = nodes.separators;
      int at = index[d];
      System.arraycopy(words, at, words, at + 1, count - at);
      System.arraycopy(blobs, at, blobs, at + 1, count - at);
      System.arraycopy(children, at + 1, children, at + 2, count - at);
      words[at] = newWord;
      blobs[at] = newBlob;
      children[at + 1] = newChild;
      int middle = (count + 1) / 2;
      long right = nodes.allocate(tx);
      store(tx, node, 0, middle);
      store(tx, right, middle + 1, count - middle);
      newWord = words[middle];
      newBlob = blobs[middle];
      newChild = nodes.heap.reference(right);
    }
    long root = nodes.allocate(tx);
    nodes.putChild(tx, root, 0, nodes.heap.getLong(header + TreeLayout.ROOT));
    nodes.insert(tx, root, 0, newWord, newBlob, newChild);
    putRoot(tx, nodes.heap.reference(root), height + 1);
  }

  /** Reads an inner node's separators and children; {@return how many separators it has} */
  private int load(long node, int at) {
    int count = nodes.count(node);
    for (int i = 0; i < count; i++) {
      words[at + i] = nodes.word(node, i);
      blobs[at + i] = nodes.blob(node, i);
      children[at + i] = nodes.childReference(node, i);
    }
    children[at + count] = nodes.childReference(node, count);
    return count;
  }

  /** Writes an inner node anew. */
  private void store(Tx tx, long node, int from, int count) {
    for (int i = 0; i < count; i++) {
      nodes.putSeparator(tx, node, i, words[from + i], blobs[from + i]);
      nodes.putChild(tx, node, i, children[from + i]);
    }
    nodes.putChild(tx, node, count, children[from + count]);
    nodes.putCount(tx, node, count);
  }

  // ---- remove

  @Override
  boolean remove(Tx tx) {
    int height = nodes.height(header);
    long leaf = descend(height);
    int place = leaf == 0 ? -1 : pages.find(leaf, word, bytes, print());
    if (place < 0) {
      return false;
    }
    removeEntry(tx, leaf, place);
    addToSize(tx, -1);
    int count = pages.count(leaf);
    if (height == 0) {
      if (count == 0) {
        tx.free(leaf);
        putRoot(tx, 0, 0);
      }
    } else if (count < pages.places / 4) {
      mendLeaf(tx, height);
    }
    return true;
  }

  /** The leaf below the path has too few entries. */
  private void mendLeaf(Tx tx, int height) {
    long parent = path[height - 1];
    int separator = Math.min(index[height - 1], nodes.count(parent) - 1);
    long left = nodes.child(parent, separator);
    long right = nodes.child(parent, separator + 1);
    int ofLeft = pages.count(left);
    int ofRight = pages.count(right);
    if (ofLeft + ofRight <= pages.places - pages.places / 4) {
      for (int taken = pages.taken(right); taken != 0; taken &= taken - 1) {
        pages.move(tx, right, Integer.numberOfTrailingZeros(taken), left);
      }
      tx.free(right);
      removeAbove(tx, height, separator);
      return;
    }
    long newBlob;
    long newWord;
    if (ofLeft < ofRight) {
      int moved = (ofRight - ofLeft) / 2;
      sorter.load(right);
      newWord = sorter.word(moved);
      newBlob = makeSeparator(tx, sorter.key(moved - 1), sorter.key(moved));
      for (int i = 0; i < moved; i++) {
        pages.move(tx, right, sorter.place(i), left);
      }
    } else {
      int kept = ofLeft - (ofLeft - ofRight) / 2;
      sorter.load(left);
      newWord = sorter.word(kept);
      newBlob = makeSeparator(tx, sorter.key(kept - 1), sorter.key(kept));
      for (int i = kept; i < ofLeft; i++) {
        pages.move(tx, left, sorter.place(i), right);
      }
    }
    freeSeparator(tx, nodes.blob(parent, separator));
    nodes.putSeparator(tx, parent, separator, newBlob == 0 ? newWord : separatorWord, newBlob);
  }

  private void freeSeparator(Tx tx, long blob) {
    if (blob != 0) {
      pages.blobs.free(tx, blob);
    }
  }

  /** Takes the separator of two nodes at {@code depth} out, which have become one. */
  private void removeAbove(Tx tx, int depth, int separator) {
    int out = separator;
    freeSeparator(tx, nodes.blob(path[depth - 1], out)); // those above go into the merged nodes
    for (int d = depth - 1; ; d--) {
      long node = path[d];
      if (d == 0 && nodes.count(node) == 1) {
        putRoot(tx, nodes.childReference(node, 0), nodes.height(header) - 1);
        tx.free(node);
        return;
      }
      nodes.remove(tx, node, out);
      if (d == 0 || nodes.count(node) >= nodes.separators / 4) {
        return;
      }
      long parent = path[d - 1];
      out = Math.min(index[d - 1], nodes.count(parent) - 1);
      if (!mendInner(tx, parent, out)) {
        return;
      }
    }
  }

  /**
   * One of the two inner nodes beside a separator has too few children; {@return whether they have
   * become one, and the separator is to go}
   */
  private boolean mendInner(Tx tx, long parent, int separator) {
    long left = nodes.child(parent, separator);
    long right = nodes.child(parent, separator + 1);
    int ofLeft = load(left, 0);
    words[ofLeft] = nodes.word(parent, separator);
    blobs[ofLeft] = nodes.blob(parent, separator);
    int all = ofLeft + 1 + load(right, ofLeft + 1);
    if (all <= nodes.separators - nodes.separators / 4) {
      store(tx, left, 0, all);
      tx.free(right);
      return true;
    }
    int middle = all / 2;
    store(tx, left, 0, middle);
    store(tx, right, middle + 1, all - middle - 1);
    nodes.putSeparator(tx, parent, separator, words[middle], blobs[middle]);
    return false;
  }

  // ---- clear

  @Override
  void clear(Tx tx) {
    long root = nodes.heap.resolve(nodes.heap.getLong(header + TreeLayout.ROOT));
    if (root != 0) {
      free(tx, root, nodes.height(header));
      putRoot(tx, 0, 0);
      tx.putLong(header + TreeLayout.SIZE, 0);
    }
  }

  private void free(Tx tx, long node, int height) {
    if (height == 0) {
      pages.freeWhole(tx, node);
      return;
    }
    int count = nodes.count(node);
    for (int i = 0; i <= count; i++) {
      free(tx, nodes.child(node, i), height - 1);
      if (i < count) {
        freeSeparator(tx, nodes.blob(node, i));
      }
    }
    tx.free(node);
  }
}
