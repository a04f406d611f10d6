package io.holdfast.collections;

import io.holdfast.heap.Heap;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a {@link BPlusTree} in the order of its keys, up or down:
 *
 * <pre>{@code
 * for (boolean there = cursor.ascend(10, 20); there; there = cursor.next()) {
 *   sum += cursor.value();
 * }
 * }</pre>
 *
 * <p>Volatile; changes nothing. For one thread, and used again for any number of scans: it makes no
 * garbage but the arrays it returns. Each step finds the next key that the tree has at that moment,
 * also when others change the tree, or this thread's transaction does: a key that was there all the
 * time is met, none twice. A scan that must see one state of the tree runs in a transaction that
 * names its {@link BPlusTree#locks}, or has the heap alone.
 */
public final class TreeCursor {
  /** Which entry is looked for, seen from a key. */
  private enum Seek {
    AT_LEAST,
    ABOVE,
    AT_MOST,
    BELOW,
    FIRST,
    LAST;

    boolean isUpward() {
      return this == AT_LEAST || this == ABOVE || this == FIRST;
    }
  }

  /** Where a scan ends. */
  private enum Limit {
    NONE,
    BEFORE_UPPER,
    AT_LOWER
  }

  private final BPlusTree tree;
  private final Heap heap;
  private final TreeNodes nodes;
  private final Pages pages;
  private final MapLock lock;
  private final boolean bytesKeys;

  // where it is: right as long as the stamp is
  private final long[] path = new long[TreeLayout.MAX_HEIGHT];
  private final int[] index = new int[TreeLayout.MAX_HEIGHT];
  private final Sorter sorter;
  private int height;
  private long leaf;
  private int position;
  private long stamp;
  private long changes;

  // the entry found
  private boolean there;
  private boolean started;
  private long word;
  private byte[] key = PersistentMap.NONE;
  private int keyLength;
  private long value;

  // the entry that is being read
  private long nextWord;
  private byte[] nextKey = PersistentMap.NONE;
  private int nextKeyLength;
  private long nextValue;

  private Limit limit = Limit.NONE;
  private long limitWord;
  private byte @Nullable [] limitKey;

  TreeCursor(BPlusTree tree, TreeNodes nodes) {
    this.tree = tree;
    this.heap = tree.heap;
    this.nodes = nodes;
    this.pages = nodes.pages;
    this.lock = tree.lock();
    this.bytesKeys = pages.keys == Kind.BYTES;
    this.sorter = new Sorter(pages);
  }

  // ---- moving

  /**
   * Goes to the lowest key.
   *
   * @return whether there is one
   */
  public boolean first() {
    limit = Limit.NONE;
    return seek(Seek.FIRST, 0, null, 0);
  }

  /**
   * Goes to the highest key.
   *
   * @return whether there is one
   */
  public boolean last() {
    limit = Limit.NONE;
    return seek(Seek.LAST, 0, null, 0);
  }

  /**
   * Goes to the lowest key that is at least {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean ceiling(long from) {
    limit = Limit.NONE;
    return seek(Seek.AT_LEAST, from);
  }

  /**
   * Goes to the lowest key that is at least {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean ceiling(byte[] from) {
    limit = Limit.NONE;
    return seek(Seek.AT_LEAST, from);
  }

  /**
   * Goes to the lowest key above {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean higher(long from) {
    limit = Limit.NONE;
    return seek(Seek.ABOVE, from);
  }

  /**
   * Goes to the lowest key above {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean higher(byte[] from) {
    limit = Limit.NONE;
    return seek(Seek.ABOVE, from);
  }

  /**
   * Goes to the highest key that is at most {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean floor(long from) {
    limit = Limit.NONE;
    return seek(Seek.AT_MOST, from);
  }

  /**
   * Goes to the highest key that is at most {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean floor(byte[] from) {
    limit = Limit.NONE;
    return seek(Seek.AT_MOST, from);
  }

  /**
   * Goes to the highest key below {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean lower(long from) {
    limit = Limit.NONE;
    return seek(Seek.BELOW, from);
  }

  /**
   * Goes to the highest key below {@code from}.
   *
   * @param from a key, which need not be there
   * @return whether there is one
   */
  public boolean lower(byte[] from) {
    limit = Limit.NONE;
    return seek(Seek.BELOW, from);
  }

  /**
   * Begins a scan upward, to be continued by {@link #next}, which ends before {@code to}.
   *
   * @param from the lowest key of the scan
   * @param to the key above the scan's
   * @return whether it has a key
   */
  public boolean ascend(long from, long to) {
    limit = Limit.BEFORE_UPPER;
    limitWord = to;
    return seek(Seek.AT_LEAST, from);
  }

  /**
   * Begins a scan upward, to be continued by {@link #next}, which ends before {@code to}.
   *
   * @param from the lowest key of the scan
   * @param to the key above the scan's
   * @return whether it has a key
   */
  public boolean ascend(byte[] from, byte[] to) {
    limit(Limit.BEFORE_UPPER, to);
    return seek(Seek.AT_LEAST, from);
  }

  /**
   * Begins a scan downward, to be continued by {@link #previous}: the same keys as {@link
   * #ascend(long, long)}, the other way round.
   *
   * @param from the lowest key of the scan
   * @param to the key above the scan's
   * @return whether it has a key
   */
  public boolean descend(long from, long to) {
    limit = Limit.AT_LOWER;
    limitWord = from;
    return seek(Seek.BELOW, to);
  }

  /**
   * Begins a scan downward, to be continued by {@link #previous}: the same keys as {@link
   * #ascend(byte[], byte[])}, the other way round.
   *
   * @param from the lowest key of the scan
   * @param to the key above the scan's
   * @return whether it has a key
   */
  public boolean descend(byte[] from, byte[] to) {
    limit(Limit.AT_LOWER, from);
    return seek(Seek.BELOW, to);
  }

  private void limit(Limit which, byte[] bytes) {
    limit = which;
    limitKey = bytes.clone();
    limitWord = Blobs.word(bytes, bytes.length);
  }

  /**
   * Goes to the next higher key. Where there is none it stays beyond the last, and {@link
   * #previous} is of no use before another seek.
   *
   * @return whether there is one
   * @throws IllegalStateException if it is at no entry
   */
  public boolean next() {
    return step(Seek.ABOVE);
  }

  /**
   * Goes to the next lower key.
   *
   * @return whether there is one
   * @throws IllegalStateException if it is at no entry
   */
  public boolean previous() {
    return step(Seek.BELOW);
  }

  // ---- the entry

  /**
   * {@return the key it is at}
   *
   * @throws IllegalStateException if it is at no entry, or keys are no {@code long}s
   */
  public long key() {
    checkThere();
    if (bytesKeys) {
      throw tree.wrongKind();
    }
    return word;
  }

  /**
   * {@return the key it is at, in a new array}
   *
   * @throws IllegalStateException if it is at no entry, or keys are no bytes
   */
  public byte[] keyBytes() {
    checkThere();
    if (!bytesKeys) {
      throw tree.wrongKind();
    }
    return Arrays.copyOf(key, keyLength);
  }

  /**
   * Copies the key it is at, as much of it as there is room for, and makes no garbage.
   *
   * @param target receives the key's first bytes
   * @return how many bytes the key has, which may be more than {@code target} has
   * @throws IllegalStateException if it is at no entry, or keys are no bytes
   */
  public int key(byte[] target) {
    checkThere();
    if (!bytesKeys) {
      throw tree.wrongKind();
    }
    System.arraycopy(key, 0, target, 0, Math.min(keyLength, target.length));
    return keyLength;
  }

  /**
   * {@return the value that the key had when the cursor came to it}
   *
   * @throws IllegalStateException if it is at no entry, or values are no {@code long}s
   */
  public long value() {
    checkThere();
    if (pages.values != Kind.LONG) {
      throw tree.wrongKind();
    }
    return value;
  }

  /**
   * {@return the value that the key has now, in a new array, or {@code null} if it has been taken
   * out since the cursor came to it}
   *
   * @throws IllegalStateException if it is at no entry, or values are no bytes
   */
  public byte @Nullable [] valueBytes() {
    checkThere();
    if (pages.values != Kind.BYTES) {
      throw tree.wrongKind();
    }
    return bytesKeys ? tree.getBytes(keyBytes()) : tree.getBytes(word);
  }

  private void checkThere() {
    if (!there) {
      throw new IllegalStateException(heap.path() + ": cursor is at no entry");
    }
  }

  // ---- how it moves

  private boolean seek(Seek what, long from) {
    if (bytesKeys) {
      throw tree.wrongKind();
    }
    return seek(what, from, null, 0);
  }

  private boolean seek(Seek what, byte[] from) {
    Objects.requireNonNull(from);
    if (!bytesKeys) {
      throw tree.wrongKind();
    }
    return seek(what, Blobs.word(from, from.length), from, from.length);
  }

  private boolean seek(Seek what, long from, byte @Nullable [] bytes, int length) {
    for (int attempt = 0; attempt < PersistentMap.ATTEMPTS; attempt++) {
      stamp = lock.beginRead();
      if (stamp == 0) {
        Thread.onSpinWait();
        continue;
      }
      changes = lock.changes();
      try {
        boolean found = seekNow(what, from, bytes, length);
        if (lock.isValid(stamp)) {
          return arrived(found);
        }
      } catch (RuntimeException e) {
        if (lock.isValid(stamp)) {
          throw e;
        }
      }
    }
    long shared = lock.read(heap);
    try {
      stamp = lock.beginRead();
      return arrived(seekNow(what, from, bytes, length));
    } finally {
      lock.endRead(shared);
    }
  }

  private boolean step(Seek what) {
    checkThere();
    if (isPlaceKnown()) {
      try {
        boolean found = stepNow(what.isUpward());
        if (isPlaceKnown()) {
          return arrived(found);
        }
      } catch (RuntimeException e) {
        if (isPlaceKnown()) {
          throw e;
        }
      }
    }
    return seek(what, word, bytesKeys ? key : null, keyLength);
  }

  /** Whether nothing has changed since it came to where it is. */
  private boolean isPlaceKnown() {
    if (!started || !lock.isValid(stamp)) {
      return false;
    }
    return !MapLock.isOwn(stamp) || (MapLock.isOwn(lock.beginRead()) && changes == lock.changes());
  }

  private boolean arrived(boolean found) {
    started = true;
    there = found && isWithinLimit();
    if (there) {
      word = nextWord;
      value = nextValue;
      if (bytesKeys) {
        byte[] last = key;
        key = nextKey;
        keyLength = nextKeyLength;
        nextKey = last;
      }
    }
    return there;
  }

  private boolean isWithinLimit() {
    if (limit == Limit.NONE) {
      return true;
    }
    int order = Long.compare(nextWord, limitWord);
    byte[] bytes = limitKey;
    if (order == 0 && bytesKeys && bytes != null) {
      order = Arrays.compareUnsigned(nextKey, 0, nextKeyLength, bytes, 0, bytes.length);
    }
    return limit == Limit.BEFORE_UPPER ? order < 0 : order >= 0;
  }

  private boolean seekNow(Seek what, long from, byte @Nullable [] bytes, int length) {
    long header = heap.resolve(tree.reference);
    long node = heap.resolve(heap.getLong(header + TreeLayout.ROOT));
    if (node == 0) {
      return false;
    }
    height = nodes.height(header);
    for (int depth = 0; depth < height; depth++) {
      int child =
          switch (what) {
            case FIRST -> 0;
            case LAST -> nodes.count(node);
            default -> nodes.childOf(node, from, bytes, length);
          };
      path[depth] = node;
      index[depth] = child;
      node = nodes.child(node, child);
    }
    enter(node);
    boolean up = what.isUpward();
    position =
        switch (what) {
          case FIRST -> 0;
          case LAST -> sorter.count() - 1;
          case AT_LEAST -> below(from, bytes, length, 0);
          case ABOVE -> below(from, bytes, length, 1);
          case AT_MOST -> below(from, bytes, length, 1) - 1;
          case BELOW -> below(from, bytes, length, 0) - 1;
        };
    return isInLeaf() ? read() : stepNow(up, position);
  }

  /**
   * {@return how many entries of the leaf compare with the key to less than {@code bound}: 0 for
   * those below it, 1 for those at most it}
   */
  private int below(long from, byte @Nullable [] bytes, int length, int bound) {
    int at = 0;
    while (at < sorter.count()) {
      int order = Long.compare(sorter.word(at), from);
      if (order == 0 && bytes != null) {
        order = -pages.blobs.compare(bytes, length, sorter.key(at));
      }
      if (Integer.signum(order) >= bound) {
        break;
      }
      at++;
    }
    return at;
  }

  private boolean isInLeaf() {
    return position >= 0 && position < sorter.count();
  }

  private boolean stepNow(boolean up) {
    return stepNow(up, position + (up ? 1 : -1));
  }

  /** Goes to a position in the leaf, or out of it to its neighbour. */
  private boolean stepNow(boolean up, int to) {
    position = to;
    while (!isInLeaf()) {
      if (!enterNeighbour(up)) {
        return false;
      }
      position = up ? 0 : sorter.count() - 1;
    }
    return read();
  }

  private boolean enterNeighbour(boolean up) {
    int depth = height - 1;
    while (depth >= 0 && index[depth] == (up ? nodes.count(path[depth]) : 0)) {
      depth--;
    }
    if (depth < 0) {
      return false;
    }
    index[depth] += up ? 1 : -1;
    long node = nodes.child(path[depth], index[depth]);
    while (++depth < height) {
      path[depth] = node;
      index[depth] = up ? 0 : nodes.count(node);
      node = nodes.child(node, index[depth]);
    }
    enter(node);
    return true;
  }

  private void enter(long node) {
    leaf = node;
    sorter.load(node);
  }

  /** Reads the entry at the position. */
  private boolean read() {
    nextWord = sorter.word(position);
    nextValue = pages.value(leaf, sorter.place(position));
    if (bytesKeys) {
      long blob = sorter.key(position);
      nextKeyLength = pages.blobs.read(blob, nextKey);
      if (nextKeyLength > nextKey.length) {
        if (!lock.isValid(stamp)) {
          return false; // no length to rely on
        }
        nextKey = new byte[Math.max(nextKeyLength, 2 * nextKey.length)];
        pages.blobs.read(blob, nextKey);
      }
    }
    return true;
  }
}
