package io.holdfast.examples;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import io.holdfast.pool.PoolCorruptedException;
import io.holdfast.pool.PoolExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** How the examples open a pool and find the object everything else hangs from. */
final class Roots {
  private Roots() {}

  /**
   * Opens a heap, creates it if there is no such file, completes it if its creation was
   * interrupted.
   */
  static Heap openOrCreate(Path pool) {
    if (!Files.exists(pool)) {
      return Heap.create(pool);
    }
    try {
      return Heap.open(pool);
    } catch (PoolCorruptedException corrupted) {
      if (pool.toFile().length() == 0) {
        // It may also have been cut short, and whoever did that should know before it is filled
        // again.
        throw new ExampleException(
            pool + ": an empty file is no pool; delete it, and a new pool will be created");
      }
      try {
        return Heap.create(pool);
      } catch (PoolExistsException complete) {
        throw corrupted;
      }
    }
  }

  /** Gives a heap to an example, and closes it if the example cannot use it. */
  static <T> T using(Heap heap, Function<Heap, T> example) {
    try {
      return example.apply(heap);
    } catch (RuntimeException e) {
      heap.close();
      throw e;
    }
  }

  /**
   * The address of a heap's root, which an empty heap is given.
   *
   * @throws ExampleException if the heap's root is of another type
   */
  static long open(Heap heap, int type, long byteSize, String what) {
    if (heap.root() == 0) {
      heap.transact(
          () -> {
            Tx tx = heap.tx();
            tx.putRoot(heap.reference(tx.allocate(byteSize, type)));
          });
    }
    long root = heap.resolve(heap.root());
    if (heap.typeOf(root) != type) {
      throw new ExampleException(
          "%s: holds no %s: its root has type %d, not %d"
              .formatted(heap.path(), what, heap.typeOf(root), type));
    }
    return root;
  }
}
