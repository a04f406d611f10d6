package io.holdfast.examples;

import static io.holdfast.examples.ExampleLayout.TREE_SIZE;
import static io.holdfast.examples.ExampleLayout.TREE_TOP;
import static io.holdfast.examples.ExampleLayout.TREE_TYPE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.heap.Heap;
import java.nio.file.Path;

/**
 * A persistent tree that counts the words inserted into it: {@link WordTree} in a pool of its own.
 *
 * <p>Each insertion is durable on return; after a crash it is there wholly or not at all, and no
 * memory is lost. One thread at a time may use an instance.
 */
public final class CountingTree implements AutoCloseable {
  private static final int FREED_AT_ONCE = 1000;

  private final Heap heap;
  private final WordTree tree;

  CountingTree(Heap heap) {
    this.heap = heap;
    this.tree = new WordTree(heap, Roots.open(heap, TREE_TYPE, TREE_SIZE, "tree") + TREE_TOP);
  }

  /**
   * Opens a tree, and creates its pool if there is no such file.
   *
   * @param pool the pool's file
   * @return the tree, which the caller closes
   * @throws ExampleException if the pool holds something else
   * @throws io.holdfast.pmem.PmemException if the pool cannot be opened or created
   */
  public static CountingTree open(Path pool) {
    return Roots.using(Roots.openOrCreate(pool), CountingTree::new);
  }

  /**
   * Opens a tree.
   *
   * @param pool the pool's file, which must exist
   * @return the tree, which the caller closes
   * @throws ExampleException if the pool holds something else
   * @throws io.holdfast.pmem.PmemException if the pool cannot be opened
   */
  public static CountingTree openExisting(Path pool) {
    return Roots.using(Heap.open(pool), CountingTree::new);
  }

  /**
   * Inserts a word, or counts it once more.
   *
   * @param word the word
   * @throws IllegalArgumentException if the word has a zero byte in UTF-8
   */
  public void insert(String word) {
    byte[] bytes = word.getBytes(UTF_8);
    heap.transact(
        () -> {
          long count = tree.place(bytes, 0, bytes.length);
          heap.tx().putLong(count, heap.getLong(count) + 1);
        });
  }

  /**
   * Visits every word with its count, in the order of the bytes.
   *
   * @param visitor what is done with each
   * @param <X> what the visitor throws
   * @throws X if the visitor does
   */
  public <X extends Exception> void walk(WordTree.Visitor<X> visitor) throws X {
    tree.walk(visitor);
  }

  /** Frees all words, some per transaction: a crash in between leaves a smaller tree. */
  public void clear() {
    int removed;
    do {
      removed = heap.transact(() -> tree.removeFirst(FREED_AT_ONCE));
    } while (removed == FREED_AT_ONCE);
  }

  /** Closes the pool. */
  @Override
  public void close() {
    heap.close();
  }
}
