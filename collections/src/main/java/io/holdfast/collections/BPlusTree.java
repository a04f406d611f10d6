package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Locks;
import io.holdfast.heap.Tx;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A persistent map in the order of its keys: a B+ tree.
 *
 * <p>After a crash every change is there as a whole or not at all; see {@link PersistentMap}, also
 * for threads: one writer at a time changes a tree, beside any number of readers.
 *
 * <p>To add or take out a key changes one leaf, a few words of it, and costs one fence like any
 * small transaction; about every fourteenth time a new key also divides a leaf.
 */
public final class BPlusTree extends PersistentMap {
  private final TreeNodes nodes;

  private BPlusTree(long reference, Pages pages) {
    this(reference, pages, TreeLayout.separators(pages.keys));
  }

  /**
   * A tree whose nodes may be smaller than they are, as tests need: every object for the same tree
   * must take the same.
   */
  BPlusTree(long reference, Pages pages, int separators) {
    super(reference, pages, 1);
    this.nodes = new TreeNodes(pages, separators);
  }

  /**
   * Creates a tree. Durable on return, or with the running transaction, which is where it should be
   * created: unless its reference is stored in an object that is reachable, or as the heap's root,
   * its space is lost.
   *
   * @param heap where it is to be
   * @param keys what its keys are
   * @param values what its values are
   * @return the tree, empty
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  public static BPlusTree create(Heap heap, Kind keys, Kind values) {
    Pages pages = new Pages(heap, Objects.requireNonNull(keys), Objects.requireNonNull(values));
    long reference =
        heap.transact(
            Locks.NONE,
            () -> {
              Tx tx = heap.tx();
              long header = tx.allocate(TreeLayout.BYTES, TreeLayout.TYPE);
              tx.putLong(header + TreeLayout.FORMAT, format(TreeLayout.MAGIC, keys, values));
              return heap.reference(header);
            });
    return new BPlusTree(reference, pages);
  }

  /**
   * Opens a tree.
   *
   * @param heap where it is
   * @param reference its {@link #reference}
   * @return the tree
   * @throws IllegalArgumentException if no tree is there
   * @throws IllegalStateException if it has been destroyed
   * @throws io.holdfast.pool.PoolCorruptedException if its header is damaged
   */
  public static BPlusTree open(Heap heap, long reference) {
    return new BPlusTree(
        reference, pagesOf(heap, reference, TreeLayout.TYPE, TreeLayout.MAGIC, "B+ tree"));
  }

  @Override
  public long size() {
    return heap.getLong(heap.resolve(reference) + TreeLayout.SIZE);
  }

  /**
   * {@return a cursor for this tree, for one thread, to be used for any number of scans} It is at
   * no entry yet.
   */
  public TreeCursor cursor() {
    return new TreeCursor(this, nodes);
  }

  @Override
  long hash(long key, byte @Nullable [] bytes) {
    return bytes == null ? Hashing.hash(key, 0) : Hashing.hash(bytes, 0);
  }

  @Override
  long word(long key, byte @Nullable [] bytes, long hash) {
    return bytes == null ? key : Blobs.word(bytes, bytes.length);
  }

  @Override
  long locate(long header, long word, byte @Nullable [] bytes, long hash) {
    long leaf = nodes.leafOf(header, word, bytes);
    if (leaf == 0) {
      return 0;
    }
    int place = pages.find(leaf, word, bytes, Hashing.fingerprint(hash));
    return place < 0 ? 0 : pages.entry(leaf, place);
  }

  MapLock lock() {
    return locks.lock(0);
  }

  @Override
  MapLock lockOf(long hash) {
    return lock();
  }

  @Override
  Locks locksOf(long hash) {
    return locks.locks(0);
  }

  @Override
  MapOperation newOperation() {
    return new TreeOperation(nodes, lock());
  }

  @Override
  List<String> wrong(long header) {
    return new TreeVerifier(nodes).wrong(header);
  }

  @Override
  long objects() {
    TreeVerifier verifier = new TreeVerifier(nodes);
    verifier.wrong(heap.resolve(reference));
    return verifier.objects();
  }
}
