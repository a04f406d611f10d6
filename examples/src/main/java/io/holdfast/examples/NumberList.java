package io.holdfast.examples;

import static io.holdfast.examples.ExampleLayout.ITEM_NEXT;
import static io.holdfast.examples.ExampleLayout.ITEM_NUMBER;
import static io.holdfast.examples.ExampleLayout.ITEM_SIZE;
import static io.holdfast.examples.ExampleLayout.ITEM_TYPE;
import static io.holdfast.examples.ExampleLayout.LIST_FIRST;
import static io.holdfast.examples.ExampleLayout.LIST_SIZE;
import static io.holdfast.examples.ExampleLayout.LIST_TYPE;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A persistent list of numbers, the last one added first, on the explicit layer.
 *
 * <p>Each change is durable on return; after a crash it is there wholly or not at all, and no
 * memory is lost. One thread at a time may use an instance.
 */
public final class NumberList implements AutoCloseable {

  private final Heap heap;
  private final long list;

  NumberList(Heap heap) {
    this.heap = heap;
    this.list = Roots.open(heap, LIST_TYPE, LIST_SIZE, "list");
  }

  /**
   * Opens a list, and creates its pool if there is no such file.
   *
   * @param pool the pool's file
   * @return the list, which the caller closes
   * @throws io.holdfast.pmem.PmemException if the pool cannot be opened or created, or holds
   *     something else
   */
  public static NumberList open(Path pool) {
    return Roots.using(Roots.openOrCreate(pool), NumberList::new);
  }

  /**
   * Opens a list.
   *
   * @param pool the pool's file, which must exist
   * @return the list, which the caller closes
   * @throws io.holdfast.pmem.PmemException if the pool cannot be opened or holds something else
   */
  public static NumberList openExisting(Path pool) {
    return Roots.using(Heap.open(pool), NumberList::new);
  }

  /**
   * Adds a number at the front.
   *
   * @param number the number
   */
  public void prepend(int number) {
    heap.transact(
        () -> {
          Tx tx = heap.tx();
          long item = tx.allocate(ITEM_SIZE, ITEM_TYPE);
          tx.putInt(item + ITEM_NUMBER, number);
          tx.putLong(item + ITEM_NEXT, heap.getLong(list + LIST_FIRST));
          tx.putLong(list + LIST_FIRST, item);
        });
  }

  /**
   * Removes the first number.
   *
   * @return that number, or nothing if the list is empty
   */
  public OptionalInt removeFirst() {
    return heap.transact(
        () -> {
          long item = heap.getLong(list + LIST_FIRST);
          if (item == 0) {
            return OptionalInt.empty();
          }
          int number = heap.getInt(item + ITEM_NUMBER);
          heap.tx().putLong(list + LIST_FIRST, heap.getLong(item + ITEM_NEXT));
          heap.tx().free(item);
          return OptionalInt.of(number);
        });
  }

  /** {@return the numbers, the last one added first} */
  public List<Integer> numbers() {
    List<Integer> result = new ArrayList<>();
    for (long item = heap.getLong(list + LIST_FIRST);
        item != 0;
        item = heap.getLong(item + ITEM_NEXT)) {
      result.add(heap.getInt(item + ITEM_NUMBER));
    }
    return result;
  }

  /** Closes the pool. */
  @Override
  public void close() {
    heap.close();
  }
}
