package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.OutOfSpaceException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reserving outside a transaction, and publishing what has been prepared as a whole. */
final class ActionsTest extends HeapContract {
  private long slot;

  @BeforeEach
  void makeSlot() {
    slot = allocated(64);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 1016, 3000, 20_000})
  void publish_makesEverythingComeTrueAtOnce(int byteSize) {
    long old = heap.objects().allocate(byteSize, 1, slot);
    long oldReference = heap.getLong(slot);
    Actions actions = heap.actions();
    long made = actions.reserve(byteSize, 5, Content.ZEROED);
    actions.putLong(made + 8, 42);
    actions.putByte(made + 16, (byte) 1);
    actions.putShort(made + 18, (short) 2);
    actions.putInt(made + 20, 3);
    actions.putBytes(made, filled(8, 9), 0, 8);
    actions.free(old);
    long reference = actions.reference(made);
    actions.putLong(slot, reference);
    assertThat(actions.getLong(slot)).isEqualTo(reference);
    assertThat(actions.getLong(made + 8)).isEqualTo(42);

    assertThat(heap.getLong(slot)).as("nothing has happened yet").isEqualTo(oldReference);
    assertThat(heap.isLive(oldReference)).isTrue();
    assertThat(heap.isLive(reference)).isFalse();
    putLong(slot + 8, 1); // somebody else's transaction meanwhile

    actions.publish();

    for (int round = 0; round < 2; round++) {
      assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(made);
      assertThat(heap.isLive(oldReference)).isFalse();
      assertThat(heap.typeOf(made)).isEqualTo(5);
      assertThat(bytes(made, 24))
          .containsExactly(9, 9, 9, 9, 9, 9, 9, 9, 42, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 0);
      assertThat(bytes(made, byteSize)).endsWith(new byte[byteSize - 24]);
      reopen();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 3000, 20_000})
  void cancel_leavesNothing(int byteSize) {
    long expected = allocated(byteSize);
    free(expected);
    reopen(); // its space may be used again
    long reference;
    try (Actions actions = heap.actions()) {
      long made = actions.reserve(byteSize, 5, Content.UNDEFINED);
      assertThat(made).isEqualTo(expected);
      actions.putBytes(made, filled(byteSize, 7), 0, byteSize);
      reference = actions.reference(made);
      actions.putLong(slot, reference);
      actions.free(slot);
    }
    assertThat(heap.getLong(slot)).isZero();
    assertThat(heap.isLive(reference)).isFalse();
    assertThat(allocated(byteSize)).as("the space is free again").isEqualTo(expected);
    assertThat(heap.isLive(reference)).as("and its reference used up").isFalse();
    assertThat(bytes(expected, byteSize)).containsOnly(0);
  }

  @Test
  void reserved_isNobodyElses() {
    Actions actions = heap.actions();
    List<Long> reserved = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int byteSize = i % 3 == 0 ? 5000 : 100;
      long address = actions.reserve(byteSize, 1, Content.UNDEFINED);
      actions.putBytes(address, filled(100, i), 0, 100);
      reserved.add(address);
      long other = allocated(byteSize);
      putBytes(other, filled(byteSize, -1));
      free(other);
    }
    actions.publish();
    reopen();
    for (int i = 0; i < 40; i++) {
      assertThat(bytes(reserved.get(i), 100)).containsOnly(i);
    }
  }

  @Test
  void publish_insideATransaction_sharesItsFate() {
    Actions actions = heap.actions();
    long small = actions.reserve(40, 1, Content.ZEROED);
    long large = actions.reserve(20_000, 1, Content.ZEROED);
    actions.putLong(large, 5);
    actions.putLong(slot, actions.reference(small));
    RuntimeException abort = new RuntimeException("abort");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().putLong(slot + 8, 1);
                      actions.publish();
                      assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(small);
                      assertThat(heap.getLong(large)).isEqualTo(5);
                      heap.tx().putLong(large + 8, 6); // it is the transaction's own now
                      throw abort;
                    }))
        .isSameAs(abort);
    assertThat(heap.getLong(slot)).isZero();
    assertThat(allocated(40)).as("the reservation is given up").isEqualTo(small);
    assertThat(allocated(20_000)).isEqualTo(large);

    long next = actions.reserve(40, 2, Content.ZEROED); // empty again
    actions.putLong(slot, actions.reference(next));
    heap.transact(
        () -> {
          actions.publish();
          heap.tx().putLong(next, 8);
        });
    reopen();
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(next);
    assertThat(heap.getLong(next)).isEqualTo(8);
  }

  @Test
  void free_ofWhatIsReserved_givesItUp() {
    Actions actions = heap.actions();
    long first = actions.reserve(40, 1, Content.ZEROED);
    long second = actions.reserve(20_000, 1, Content.ZEROED);
    long third = actions.reserve(40, 1, Content.ZEROED);
    long reference = actions.reference(first);
    actions.putLong(slot, reference);
    actions.free(first);
    actions.free(second);
    assertThatIllegalArgumentException().isThrownBy(() -> actions.reference(first));
    actions.publish();
    assertThat(heap.getLong(slot)).isEqualTo(reference);
    assertThat(heap.isLive(reference)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> heap.reference(first));
    assertThatIllegalArgumentException().isThrownBy(() -> heap.reference(second));
    assertThat(heap.reference(third)).isNotZero();
    reopen();
    assertThat(heap.isLive(reference)).isFalse();
  }

  @Test
  void publish_ofAFreeThatSomebodyElseWasFasterWith_changesNothing() {
    long shared = allocated(100);
    Actions actions = heap.actions();
    long made = actions.reserve(40, 1, Content.ZEROED);
    actions.putLong(slot, actions.reference(made));
    actions.free(shared);
    free(shared);
    assertThatIllegalStateException()
        .isThrownBy(actions::publish)
        .withMessageContaining("has been freed");
    assertThat(heap.getLong(slot)).isZero();
    assertThat(allocated(40)).as("cancelled").isEqualTo(made);
    actions.publish(); // empty
    assertThat(heap.getLong(slot)).isZero();
  }

  @Test
  void publish_byAnotherThread() throws InterruptedException {
    Actions actions = heap.actions();
    long made = actions.reserve(40, 1, Content.ZEROED);
    actions.putLong(slot, actions.reference(made));
    Thread other = Thread.ofVirtual().start(actions::publish);
    other.join();
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(made);
  }

  @Test
  void close_ofTheHeap_forgetsWhatIsReserved() {
    Actions actions = heap.actions();
    long made = actions.reserve(20_000, 1, Content.ZEROED);
    actions.putLong(made, 1);
    reopen();
    assertThat(allocated(20_000)).isEqualTo(made);
    assertThat(heap.getLong(made)).isZero();
    assertThatIllegalStateException().isThrownBy(() -> actions.reserve(8, 1, Content.ZEROED));
    assertThatIllegalStateException().isThrownBy(() -> actions.putLong(made, 2));
    assertThatIllegalStateException().isThrownBy(actions::publish).withMessageContaining("closed");
    actions.close();
    assertThat(heap.getLong(made)).isZero();
  }

  @Test
  void reserve_fullHeap_keepsWhatIsPrepared() {
    Actions actions = heap.actions();
    List<Long> reserved = new ArrayList<>();
    assertThatExceptionOfType(OutOfSpaceException.class)
        .isThrownBy(
            () -> {
              while (true) {
                reserved.add(actions.reserve(100_000, 1, Content.UNDEFINED));
              }
            });
    assertThatExceptionOfType(OutOfSpaceException.class).isThrownBy(() -> allocated(100_000));
    actions.putLong(slot, actions.reference(reserved.getFirst()));
    actions.publish();
    reopen();
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(reserved.getFirst());
    for (long address : reserved) {
      free(address);
    }
  }

  @Test
  void wrongArguments_areRefused() {
    Actions actions = heap.actions();
    assertThatIllegalArgumentException().isThrownBy(() -> actions.reserve(0, 1, Content.ZEROED));
    assertThatIllegalArgumentException().isThrownBy(() -> actions.reserve(8, -1, Content.ZEROED));
    assertThatIllegalArgumentException().isThrownBy(() -> actions.free(slot + 16));
    assertThatIllegalArgumentException().isThrownBy(() -> actions.reference(slot));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> actions.putLong(heap.size(), 1));
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                heap.read(
                    () -> {
                      actions.publish();
                      return 0;
                    }));
  }
}
