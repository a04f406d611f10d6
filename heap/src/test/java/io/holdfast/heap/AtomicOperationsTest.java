package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.OutOfSpaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Allocating and freeing without a transaction around it. */
final class AtomicOperationsTest extends HeapContract {
  private static final int TYPE = 7;

  private HeapObjects objects;
  private long slot;

  @BeforeEach
  void makeSlot() {
    objects = heap.objects();
    slot = allocated(64);
  }

  private void reopenHeap() {
    reopen();
    objects = heap.objects();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24, 1016, 1017, 3000, 8184, 8185, 50_000})
  void allocate_publishesAZeroedObject(int byteSize) {
    long dirty = allocated(byteSize);
    putBytes(dirty, filled(byteSize, 0xFF));
    free(dirty);
    reopenHeap(); // its space may be used again

    long address = objects.allocate(byteSize, TYPE, slot);

    assertThat(address).isEqualTo(dirty);
    reopenHeap();
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(address);
    assertThat(heap.typeOf(address)).isEqualTo(TYPE);
    assertThat(heap.usableSize(address)).isGreaterThanOrEqualTo(byteSize);
    assertThat(bytes(address, byteSize)).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 1016, 3000, 50_000})
  void allocate_undefined_givesRoomThatIsNobodyElses(int byteSize) {
    List<Long> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      long address = objects.allocate(byteSize, TYPE, Content.UNDEFINED, slot + 8L * i);
      putBytes(address, filled(byteSize, i));
      made.add(address);
    }
    reopenHeap();
    for (int i = 0; i < 5; i++) {
      assertThat(bytes(made.get(i), byteSize)).containsOnly(i);
      assertThat(heap.resolve(heap.getLong(slot + 8L * i))).isEqualTo(made.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 1016, 3000, 50_000})
  void constructor_fillsTheObjectBeforeItIsPublished(int byteSize) {
    for (Content content : Content.values()) {
      long before = heap.getLong(slot);
      long address =
          objects.allocate(
              byteSize,
              TYPE,
              content,
              slot,
              (tx, made) -> {
                assertThat(heap.getLong(slot)).isEqualTo(before);
                tx.putLong(made, 11);
                tx.putBytes(made + byteSize - 9, filled(9, 5), 0, 9);
                tx.putLong(slot + 8, heap.reference(made));
              });
      reopenHeap();
      assertThat(heap.getLong(address)).isEqualTo(11);
      assertThat(bytes(address + byteSize - 9, 9)).containsOnly(5);
      assertThat(heap.getLong(slot + 8)).isEqualTo(heap.getLong(slot)).isNotZero();
      if (content == Content.ZEROED) {
        assertThat(bytes(address + 8, byteSize - 17)).containsOnly(0);
      }
      objects.freeFrom(slot);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 3000, 50_000})
  void constructor_throws_leavesNothing(int byteSize) {
    long expected = allocated(byteSize);
    free(expected);
    reopenHeap();
    AtomicLong reference = new AtomicLong();
    AtomicReference<String> aborted = new AtomicReference<>();
    IOException failure = new IOException("no content");
    assertThatThrownBy(
            () ->
                objects.allocate(
                    byteSize,
                    TYPE,
                    Content.ZEROED,
                    slot,
                    (tx, made) -> {
                      tx.onAbort(() -> aborted.set("aborted"));
                      reference.set(heap.reference(made));
                      tx.putLong(made, 1);
                      tx.putLong(slot + 8, 1);
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(aborted).hasValue("aborted");
    assertThat(heap.isLive(reference.get())).isFalse();
    assertThat(heap.getLong(slot)).isZero();
    assertThat(heap.getLong(slot + 8)).isZero();
    long next = objects.allocate(byteSize, TYPE, slot);
    assertThat(next).as("the space is free again").isEqualTo(expected);
    assertThat(heap.isLive(reference.get())).as("and its reference used up").isFalse();
    assertThat(bytes(next, byteSize)).containsOnly(0);
  }

  @Test
  void allocate_withoutSlot_isThere() {
    long address = objects.allocate(100, TYPE, 0);
    reopenHeap();
    assertThat(heap.typeOf(address)).isEqualTo(TYPE);
    objects.free(address);
    reopenHeap();
    assertThatIllegalArgumentException().isThrownBy(() -> objects.free(address));
  }

  @Test
  void impossibleArguments_areRefusedAndChangeNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> objects.allocate(0, TYPE, slot))
        .withMessageContaining("object size 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> objects.allocate(8, 65536, slot))
        .withMessageContaining("65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> objects.allocate(8, TYPE, slot + 4))
        .withMessageContaining("slot " + (slot + 4));
    for (long wrong : new long[] {8, -8, heap.size(), Long.MAX_VALUE & -8}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> objects.allocate(8, TYPE, wrong));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> objects.freeFrom(wrong));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> objects.freeFrom(slot + 4));
    assertThatIllegalArgumentException().isThrownBy(() -> objects.free(slot + 16));
    assertThat(heap.getLong(slot)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 3000, 50_000})
  void freeFrom_freesAndClearsTheSlot(int byteSize) {
    objects.freeFrom(slot); // refers to nothing
    objects.allocate(byteSize, TYPE, slot);
    long reference = heap.getLong(slot);

    objects.freeFrom(slot);

    assertThat(heap.isLive(reference)).isFalse();
    reopenHeap();
    assertThat(heap.getLong(slot)).isZero();
    assertThat(heap.isLive(reference)).isFalse();
    putLong(slot, reference);
    assertThatIllegalStateException()
        .isThrownBy(() -> objects.freeFrom(slot))
        .withMessageContaining("has been freed");
    assertThat(heap.getLong(slot)).isEqualTo(reference);
  }

  @Test
  void insideATransaction_operationsBelongToIt() {
    objects.allocate(40, TYPE, slot);
    long old = heap.getLong(slot);
    RuntimeException abort = new RuntimeException("abort");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      objects.freeFrom(slot);
                      objects.allocate(40, TYPE, slot);
                      assertThat(heap.getLong(slot)).isNotEqualTo(old);
                      throw abort;
                    }))
        .isSameAs(abort);
    assertThat(heap.getLong(slot)).isEqualTo(old);
    assertThat(heap.isLive(old)).isTrue();
  }

  @Test
  void insideATransaction_aFailureKeepsItFromCommitting() {
    assertThatExceptionOfType(TransactionAbortedException.class)
        .isThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().putLong(slot, 5);
                      assertThatIllegalArgumentException()
                          .isThrownBy(() -> objects.allocate(0, TYPE, 0));
                    }));
    assertThat(heap.getLong(slot)).isZero();
  }

  @Test
  void insideReadOrACallback_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> heap.read(() -> objects.allocate(8, TYPE, 0)))
        .withMessageContaining("inside read");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    heap.transact(
        () -> {
          heap.tx().putLong(slot, 1);
          heap.tx()
              .onApplied(
                  () -> {
                    try {
                      objects.allocate(8, TYPE, 0);
                    } catch (IllegalStateException e) {
                      thrown.set(e);
                    }
                  });
        });
    assertThat(thrown.get()).hasMessageContaining("inside a callback");
  }

  @Test
  void duplicate_isTheText() {
    for (String text : List.of("", "a", "Grüße, 世界 🙂", "x".repeat(5000), "y".repeat(40_000))) {
      long address = objects.duplicate(text, TYPE, slot);
      reopenHeap();
      assertThat(objects.text(address)).isEqualTo(text);
      objects.freeFrom(slot);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> objects.duplicate("ab\0", TYPE, slot))
        .withMessageContaining("index 2");
    long noText = allocated(24);
    putBytes(noText, filled((int) heap.usableSize(noText), 1));
    assertThatIllegalArgumentException().isThrownBy(() -> objects.text(noText));
  }

  @Test
  void fullHeap_isToldAndStaysUsable() {
    List<Long> made = new ArrayList<>();
    assertThatExceptionOfType(OutOfSpaceException.class)
        .isThrownBy(
            () -> {
              while (true) {
                made.add(objects.allocate(100_000, TYPE, Content.UNDEFINED, slot));
              }
            });
    assertThat(made).hasSizeGreaterThan(20);
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(made.getLast());
    for (long address : made) {
      objects.free(address);
    }
    List<Long> again = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      again.add(objects.allocate(100_000, TYPE, Content.UNDEFINED, 0));
    }
    assertThat(again).hasSameSizeAs(made);
  }

  @Test
  void severalThreads_eachWithItsOwnSlot() throws InterruptedException {
    int threads = 4;
    int rounds = 200;
    CountDownLatch ready = new CountDownLatch(threads);
    List<Thread> running = new ArrayList<>();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    for (int t = 0; t < threads; t++) {
      long own = slot + 8L * t; // neighbours in one cache line
      int seed = t;
      running.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> failed.set(e))
              .start(
                  () -> {
                    ready.countDown();
                    for (int i = 0; i < rounds; i++) {
                      int bytes = 24 + (i * 37 + seed * 11) % 3000;
                      int value = i;
                      objects.allocate(
                          bytes, TYPE, Content.ZEROED, own, (tx, a) -> tx.putLong(a, value));
                      assertThat(heap.getLong(heap.resolve(heap.getLong(own)))).isEqualTo(value);
                      if (i < rounds - 1) {
                        objects.freeFrom(own);
                      }
                    }
                  }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    assertThat(failed.get()).isNull();
    reopenHeap();
    for (int t = 0; t < threads; t++) {
      assertThat(heap.getLong(heap.resolve(heap.getLong(slot + 8L * t)))).isEqualTo(rounds - 1);
    }
  }
}
