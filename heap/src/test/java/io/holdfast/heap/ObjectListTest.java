package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists whose links lie in their elements, against lists of the JVM's. */
final class ObjectListTest extends HeapContract {
  private static final int TYPE = 4;
  private static final int BYTES = 64;
  private static final int ENTRY = 8;
  private static final int OTHER_ENTRY = 32;

  private long headers;
  private ObjectList list;
  private ObjectList second;
  private ObjectList other;

  @BeforeEach
  void makeLists() {
    headers = allocated(64);
    openLists();
  }

  private void openLists() {
    list = heap.list(headers, ENTRY);
    second = heap.list(headers + 8, ENTRY);
    other = heap.list(headers + 16, OTHER_ENTRY);
  }

  private static List<Long> forwards(ObjectList list) {
    List<Long> elements = new ArrayList<>();
    for (long element = list.first(); element != 0; element = list.next(element)) {
      elements.add(element);
    }
    return elements;
  }

  private static void assertHolds(ObjectList list, List<Long> expected) {
    assertThat(forwards(list)).isEqualTo(expected);
    List<Long> backwards = new ArrayList<>();
    for (long element = list.last(); element != 0; element = list.previous(element)) {
      backwards.add(element);
    }
    assertThat(backwards.reversed()).isEqualTo(expected);
    assertThat(list.isEmpty()).isEqualTo(expected.isEmpty());
    assertThat(list.first()).isEqualTo(expected.isEmpty() ? 0 : expected.getFirst());
    assertThat(list.last()).isEqualTo(expected.isEmpty() ? 0 : expected.getLast());
  }

  private long element() {
    return allocated(BYTES);
  }

  @Test
  void insert_putsElementsInOrder() {
    long a = element();
    long b = element();
    long c = element();
    long d = element();
    long e = element();
    assertHolds(list, List.of());
    list.insertFirst(c);
    assertHolds(list, List.of(c));
    list.insertFirst(a);
    list.insertLast(e);
    list.insertAfter(b, a);
    list.insertBefore(d, e);
    assertHolds(list, List.of(a, b, c, d, e));
    long first = element();
    long last = element();
    list.insertBefore(first, a);
    list.insertAfter(last, e);
    reopen();
    openLists();
    assertHolds(list, List.of(first, a, b, c, d, e, last));
    assertHolds(second, List.of());
  }

  @Test
  void insertNew_allocatesFillsAndInserts() {
    long b = list.insertNewFirst(BYTES, TYPE, (tx, made) -> tx.putLong(made, 2));
    long d = list.insertNewLast(BYTES, TYPE, (tx, made) -> tx.putLong(made, 4));
    long a = list.insertNewBefore(BYTES, TYPE, b, (tx, made) -> tx.putLong(made, 1));
    long c = list.insertNewAfter(BYTES, TYPE + 1, b, (tx, made) -> tx.putLong(made, 3));
    reopen();
    openLists();
    assertHolds(list, List.of(a, b, c, d));
    assertThat(forwards(list)).extracting(heap::getLong).containsExactly(1L, 2L, 3L, 4L);
    assertThat(forwards(list)).extracting(heap::typeOf).containsExactly(4, 4, 5, 4);
    IOException failure = new IOException("no");
    assertThatThrownBy(
            () ->
                list.insertNewLast(
                    BYTES,
                    TYPE,
                    (_, _) -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertHolds(list, List.of(a, b, c, d));
  }

  @Test
  void move_withinAndBetweenLists_alsoOfOtherEntries() {
    long a = element();
    long b = element();
    long c = element();
    List.of(a, b, c).forEach(list::insertLast);
    list.moveFirst(c, list);
    assertHolds(list, List.of(c, a, b));
    list.moveLast(c, list);
    list.moveBefore(c, b, list);
    assertHolds(list, List.of(a, c, b));
    list.moveAfter(a, b, list);
    assertHolds(list, List.of(c, b, a));
    second.moveFirst(b, list);
    second.moveLast(a, list);
    assertHolds(list, List.of(c));
    assertHolds(second, List.of(b, a));
    second.moveAfter(c, b, list);
    assertHolds(list, List.of());
    assertHolds(second, List.of(b, c, a));
    other.moveFirst(c, second);
    other.insertLast(a); // in two lists at once
    reopen();
    openLists();
    assertHolds(second, List.of(b, a));
    assertHolds(other, List.of(c, a));
  }

  @Test
  void remove_closesTheGap_andRemoveAndFreeFrees() {
    long a = element();
    long b = element();
    long c = element();
    List.of(a, b, c).forEach(list::insertLast);
    long reference = heap.reference(b);
    list.removeAndFree(b);
    assertThat(heap.isLive(reference)).isFalse();
    assertHolds(list, List.of(a, c));
    list.remove(a);
    assertHolds(list, List.of(c));
    list.insertLast(a); // its entry is zero again
    list.remove(a);
    list.remove(c);
    reopen();
    openLists();
    assertHolds(list, List.of());
    assertThat(heap.reference(a)).isNotZero();
  }

  @Test
  void misuse_isRefusedAndChangesNothing() {
    long a = element();
    long b = element();
    list.insertLast(a);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> list.insertLast(a))
        .withMessageContaining("in a list already");
    assertThatIllegalArgumentException().isThrownBy(() -> list.remove(b));
    assertThatIllegalArgumentException().isThrownBy(() -> second.remove(a));
    assertThatIllegalArgumentException().isThrownBy(() -> list.insertBefore(b, b));
    assertThatIllegalArgumentException().isThrownBy(() -> list.insertAfter(b, element()));
    assertThatIllegalArgumentException().isThrownBy(() -> list.moveBefore(a, a, list));
    assertThatIllegalArgumentException().isThrownBy(() -> second.moveFirst(b, list));
    assertThatIllegalArgumentException().isThrownBy(() -> list.next(b));
    assertThatIllegalArgumentException().isThrownBy(() -> list.previous(b));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> list.insertNewFirst(ENTRY + 15, TYPE, (_, _) -> {}))
        .withMessageContaining("exceeds the object's size 23");
    assertThatIllegalArgumentException().isThrownBy(() -> heap.list(headers + 4, ENTRY));
    assertThatIllegalArgumentException().isThrownBy(() -> heap.list(headers, -8));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> heap.list(heap.size(), ENTRY));
    free(b);
    assertThatIllegalArgumentException().isThrownBy(() -> list.insertLast(b));
    assertHolds(list, List.of(a));
    free(a); // without removing it
    assertThatIllegalStateException()
        .isThrownBy(() -> list.first())
        .withMessageContaining("has been freed");
  }

  @Test
  void insideATransaction_operationsShareItsFate() {
    long a = element();
    list.insertLast(a);
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                heap.transact(
                    () -> {
                      list.insertNewFirst(BYTES, TYPE, (_, _) -> {});
                      second.moveFirst(a, list);
                      assertThat(forwards(second)).containsExactly(a);
                      throw new IllegalStateException("abort");
                    }));
    assertHolds(list, List.of(a));
    assertHolds(second, List.of());
  }

  @Test
  void randomOperations_agreeWithListsOfTheJvm() {
    long seed = Long.getLong("holdfast.seed", new Random().nextLong());
    Random random = new Random(seed);
    List<ObjectList> lists = List.of(list, second);
    List<List<Long>> expected = List.of(new ArrayList<>(), new ArrayList<>());
    for (int step = 0; step < 400; step++) {
      int which = random.nextInt(2);
      List<Long> model = expected.get(which);
      ObjectList real = lists.get(which);
      int size = model.size();
      long any = size == 0 ? 0 : model.get(random.nextInt(size));
      if (size == 0 || random.nextInt(3) == 0) {
        int at = random.nextInt(size + 1);
        long made =
            at == size
                ? real.insertNewLast(BYTES, TYPE, (_, _) -> {})
                : real.insertNewBefore(BYTES, TYPE, model.get(at), (_, _) -> {});
        model.add(at, made);
      } else if (random.nextInt(2) == 0) {
        real.removeAndFree(any);
        model.remove(any);
      } else {
        List<Long> target = expected.get(1 - which);
        model.remove(any);
        if (target.isEmpty() || random.nextBoolean()) {
          lists.get(1 - which).moveLast(any, real);
          target.add(any);
        } else {
          int at = random.nextInt(target.size());
          lists.get(1 - which).moveAfter(any, target.get(at), real);
          target.add(at + 1, any);
        }
      }
      if (step % 20 == 0) {
        assertHolds(list, expected.get(0));
        assertHolds(second, expected.get(1));
      }
    }
    assertHolds(list, expected.get(0));
    assertHolds(second, expected.get(1));
    System.out.println("list operations with seed " + seed);
  }

  @Test
  void severalThreads_insertIntoOneList() throws InterruptedException {
    ReentrantLock lock = new ReentrantLock();
    ObjectList shared = list.with(Locks.of(lock));
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    List<Long> made = Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < 3; t++) {
      ObjectList own = t == 2 ? list : shared; // alone, or with the lock
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> failed.set(e))
              .start(
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      long element = own.insertNewFirst(BYTES, TYPE, (_, _) -> {});
                      if (i % 2 == 0) {
                        own.remove(element);
                        own.insertLast(element);
                      }
                      made.add(element);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failed.get()).isNull();
    assertThat(forwards(list)).containsExactlyInAnyOrderElementsOf(made);
  }
}
