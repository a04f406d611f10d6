package io.holdfast.examples;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Persistent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A persistent list of numbers, the last one added first, on typed objects.
 *
 * <p>Each change is durable on return; after a crash it is there wholly or not at all, and no
 * memory is lost. One thread at a time may use an instance.
 */
public final class NumberList implements AutoCloseable {

  /** The heap's root: where the list begins. */
  @Persistent
  interface Numbers {
    @Nullable Item first();

    void first(@Nullable Item item);
  }

  /** One number of the list. */
  @Persistent
  interface Item {
    int number();

    void number(int number);

    @Nullable Item next();

    void next(@Nullable Item item);
  }

  private final Heap heap;
  private final Numbers numbers;

  NumberList(Heap heap) {
    this.heap = heap;
    this.numbers = heap.root(Numbers.class);
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
          Item item = heap.create(Item.class);
          item.number(number);
          item.next(numbers.first());
          numbers.first(item);
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
          Item item = numbers.first();
          if (item == null) {
            return OptionalInt.empty();
          }
          int number = item.number();
          numbers.first(item.next());
          heap.free(item);
          return OptionalInt.of(number);
        });
  }

  /** {@return the numbers, the last one added first} */
  public List<Integer> numbers() {
    return heap.read(
        () -> {
          List<Integer> result = new ArrayList<>();
          for (Item item = numbers.first(); item != null; item = item.next()) {
            result.add(item.number());
          }
          return result;
        });
  }

  /** Closes the pool. */
  @Override
  public void close() {
    heap.close();
  }
}
