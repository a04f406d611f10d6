package io.holdfast.heap.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Heap;
import io.holdfast.heap.Locks;
import io.holdfast.heap.Persistent;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.HeapLayout;
import io.holdfast.heap.internal.ObjectHeader;
import io.holdfast.heap.internal.TinyHeap;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemException;
import io.holdfast.pool.PoolCorruptedException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue of types: what it says, who may add to it when, and what damage to it does. */
class CatalogueTest {
  @Persistent
  interface One {
    int value();

    void value(int value);

    One next();

    void next(One value);
  }

  @Persistent
  interface Two {
    String text();

    void text(String value);
  }

  private final SimulatedMedium medium = SimulatedMedium.of(Granularity.CACHE_LINE);

  @BeforeEach
  void create() {
    TinyHeap.create(medium, 2).close();
  }

  private static Layout layoutOf(Class<?> type) {
    return Layout.of(CatalogueLayout.FIRST_TYPE, TypeModel.of(type));
  }

  @Test
  void layout_ofType_putsLargeFieldsFirstBehindTheExtensionWord() {
    assertThat(layoutOf(One.class).fields())
        .containsExactly(
            new Layout.Placed(new Field("next", Kind.REFERENCE, One.class.getName()), 8),
            new Layout.Placed(new Field("value", Kind.INT, ""), 16));
    assertThat(layoutOf(One.class).byteSize()).isEqualTo(24);
  }

  @Test
  void entry_ofLayout_isReadBack() {
    byte[] entry = CatalogueLayout.encode(layoutOf(One.class), 77);

    assertThat(CatalogueLayout.previous(entry)).isEqualTo(77);
    assertThat(CatalogueLayout.decode(entry)).isEqualTo(layoutOf(One.class));
  }

  @Test
  void entry_anyBitFlipped_isRefused() {
    byte[] entry = CatalogueLayout.encode(layoutOf(One.class), 0);
    for (int bit = 0; bit < entry.length * 8; bit++) {
      byte[] damaged = entry.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> CatalogueLayout.decode(damaged))
          .as("bit %d", bit)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("checksum 0x");
    }
  }

  @Test
  void layout_impossible_isRefused() {
    Field field = new Field("value", Kind.LONG, "");
    for (int offset : new int[] {-8, 0, 7, 9, 16, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> new Layout(0, "type", 16, List.of(new Layout.Placed(field, offset))))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String name : new String[] {"a\u001b[2J", "a\u202eb", "a\n"}) {
      assertThatThrownBy(() -> new Layout(0, name, 16, List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Field(name, Kind.LONG, ""))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void catalogue_anyByteOfTheHeapDamaged_isReadRightOrRefused() {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      heap.root(One.class);
      heap.create(Two.class);
    }
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (HeapCore core = TinyHeap.open(medium)) {
      long head = core.getLong(HeapLayout.CATALOGUE_OFFSET);
      long address = ObjectHeader.address(head);
      int length = core.getInt(address + CatalogueLayout.LENGTH);
      for (int i = -8; i < length; i++) {
        byte sound = core.getByte(address + i);
        byte damaged = (byte) random.nextInt();
        store(core, address + i, damaged);
        Throwable thrown = catchThrowable(() -> new TypedHeap(core).create(Two.class));
        if (thrown != null) {
          assertThat(thrown)
              .as("seed %d, byte %d", seed, i)
              .isInstanceOf(PoolCorruptedException.class)
              .hasMessageStartingWith(TinyHeap.FILE + ": catalogue ");
        }
        store(core, address + i, sound);
      }
      assertThat(new TypedHeap(core).root(One.class).value()).isZero();
    }
  }

  @Test
  void catalogue_withACycle_isRefused() {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      heap.create(One.class);
      heap.create(Two.class);
    }
    try (HeapCore core = TinyHeap.open(medium)) {
      long head = core.getLong(HeapLayout.CATALOGUE_OFFSET);
      long first = core.getLong(ObjectHeader.address(head) + CatalogueLayout.PREVIOUS);
      for (int i = 0; i < Long.BYTES; i++) {
        store(
            core,
            ObjectHeader.address(first) + CatalogueLayout.PREVIOUS + i,
            (byte) (head >>> (8 * i)));
      }
      assertThatThrownBy(() -> new TypedHeap(core))
          .isInstanceOf(PoolCorruptedException.class)
          .hasMessageStartingWith(TinyHeap.FILE + ": catalogue ");
    }
  }

  @Test
  void fields_whoseReferencesLeadOutsideTheHeap_areReportedAsSuch() {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      One one = heap.root(One.class);
      Two two = heap.create(Two.class);
      one.next(one);
      two.text("text");
      long root = heap.resolve(heap.root());
      // the first field lies behind the extension word
      heap.transact(() -> heap.tx().putLong(root + Layout.WORD, 1L << 40));
      assertThatThrownBy(one::next).isInstanceOf(IllegalStateException.class);
      long text = ((Flyweight) two).reference();
      heap.transact(() -> heap.tx().putLong(ObjectHeader.address(text) + Layout.WORD, 1L << 40));
      assertThatThrownBy(two::text).isInstanceOf(PoolCorruptedException.class);
    }
  }

  private static void store(HeapCore core, long address, byte value) {
    core.transact(
        null,
        () -> {
          running(core).putByte(address, value);
          return null;
        });
  }

  private static Transaction running(HeapCore core) {
    Transaction tx = core.currentTransaction();
    assertThat(tx).isNotNull();
    return tx;
  }

  @Test
  void types_usedInOneHeap_areAddedOnceEach() {
    for (int i = 0; i < 2; i++) {
      try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
        heap.root(One.class);
        heap.create(Two.class);
        heap.transact(() -> heap.create(Two.class));
      }
    }
    assertThat(types()).containsExactly(CatalogueLayout.ENTRY_TYPE, CatalogueLayout.ENTRY_TYPE);
  }

  private List<Integer> types() {
    try (HeapCore core = TinyHeap.open(medium)) {
      return TinyHeap.audit(core, TinyHeap.geometry(2)).values().stream()
          .filter(type -> type == CatalogueLayout.ENTRY_TYPE)
          .toList();
    }
  }

  @Test
  void type_addedByAnAbortedTransaction_isAddedByTheNext() {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      assertThatThrownBy(
              () ->
                  heap.transact(
                      () -> {
                        heap.root(One.class).value(1);
                        heap.create(Two.class).text("lost");
                        throw new IllegalStateException("on purpose");
                      }))
          .hasMessage("on purpose");
      heap.create(Two.class).text("another");
      heap.root(One.class).value(2);
    }
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      assertThat(heap.root(One.class).value()).isEqualTo(2);
    }
    assertThat(types()).hasSize(2);
  }

  @Test
  void types_addedByTransactionsThatShareTheHeap_areAddedOnceEach() throws Exception {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      CountDownLatch started = new CountDownLatch(2);
      List<Class<?>> first = List.of(One.class, Two.class);
      List<Class<?>> second = List.of(Two.class, One.class);
      List<Future<?>> done =
          List.of(
              threads.submit(() -> createInTurn(heap, started, first)),
              threads.submit(() -> createInTurn(heap, started, second)));
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(types()).hasSize(2);
  }

  @Test
  void type_thatAnUncommittedTransactionAdds_isNotUsedByAnotherBefore() throws Exception {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      CountDownLatch added = new CountDownLatch(1);
      CountDownLatch otherWaits = new CountDownLatch(1);
      Thread adder =
          Thread.ofPlatform()
              .start(
                  () ->
                      assertThatThrownBy(
                              () ->
                                  heap.transact(
                                      Locks.NONE,
                                      () -> {
                                        heap.create(One.class);
                                        added.countDown();
                                        otherWaits.await();
                                        throw new IllegalStateException("on purpose");
                                      }))
                          .hasMessage("on purpose"));
      added.await();
      Thread other =
          Thread.ofPlatform()
              .start(() -> heap.transact(Locks.NONE, () -> heap.root(One.class).value(5)));
      while (other.isAlive() && other.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      otherWaits.countDown();
      adder.join();
      other.join();
    }
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      assertThat(heap.root(One.class).value()).isEqualTo(5);
    }
  }

  private static @Nullable Object createInTurn(
      Heap heap, CountDownLatch started, List<Class<?>> types) throws InterruptedException {
    heap.transact(
        Locks.NONE,
        () -> {
          started.countDown();
          started.await();
          types.forEach(heap::create);
        });
    return null;
  }

  @Test
  void root_ofACatalogueEntry_isRefused() {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      heap.create(Two.class);
      long entry = heap.getLong(HeapLayout.CATALOGUE_OFFSET);
      heap.transact(() -> heap.tx().putRoot(entry));

      assertThatThrownBy(() -> heap.root(Two.class)).isInstanceOf(PmemException.class);
    }
  }
}
