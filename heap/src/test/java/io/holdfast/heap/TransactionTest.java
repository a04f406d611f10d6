package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** All or nothing, joining, and who may use a transaction when. */
final class TransactionTest extends HeapContract {

  @Test
  void transact_withResult_returnsIt() {
    String result = heap.transact(() -> "done");
    assertThat(result).isEqualTo("done");
  }

  @Test
  void transact_bodyThrows_passesTheExceptionOn() {
    IOException checked = new IOException("checked");
    AssertionError error = new AssertionError("error");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      throw checked;
                    }))
        .isSameAs(checked);
    assertThatThrownBy(
            () ->
                heap.transact(
                    Locks.NONE,
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);
  }

  @Test
  void transact_bodyThrows_leavesEverythingAsItWas() {
    long old = allocated(64);
    long large = allocated(10_000);
    putBytes(old, filled(64, 1));
    putBytes(large, filled(10_000, 2));
    heap.transact(() -> heap.tx().putRoot(heap.reference(old)));
    long oldReference = heap.reference(old);
    long largeReference = heap.reference(large);
    long[] created = new long[3];

    abort(
        () -> {
          Tx tx = heap.tx();
          tx.putBytes(old, filled(64, 9), 0, 64);
          tx.putBytes(large, filled(10_000, 9), 0, 10_000);
          created[0] = allocatedWith(100);
          created[1] = allocatedWith(5_000);
          created[2] = allocatedWith(50_000);
          tx.putRoot(created[0]);
          tx.free(old);
          tx.free(large);
        });

    for (String when : new String[] {"after the abort", "after opening again"}) {
      assertThat(bytes(old, 64)).as(when).containsOnly(1);
      assertThat(bytes(large, 10_000)).as(when).containsOnly(2);
      assertThat(heap.root()).as(when).isEqualTo(oldReference);
      assertThat(heap.isLive(oldReference)).as(when).isTrue();
      assertThat(heap.isLive(largeReference)).as(when).isTrue();
      for (long reference : created) {
        assertThat(heap.isLive(reference)).as(when).isFalse();
      }
      reopen();
    }
  }

  private long allocatedWith(long byteSize) {
    long address = heap.tx().allocate(byteSize, 1);
    heap.tx().putLong(address, 42);
    return heap.reference(address);
  }

  @Test
  void transact_abortedManyTimes_losesNoSpace() {
    long sizeBefore = heap.size();
    for (int i = 0; i < 300; i++) {
      abort(
          () -> {
            heap.tx().allocate(100, 0);
            heap.tx().allocate(7_000, 0);
            heap.tx().allocate(40_000, 0);
          });
    }
    assertThat(heap.size()).isLessThan(sizeBefore + 2 * MIB);
  }

  @Test
  void transact_afterAnAbort_worksAsEver() {
    long address = allocated(64);
    abort(() -> heap.tx().putLong(address, 1));
    putLong(address + 8, 2);
    reopen();
    assertThat(heap.getLong(address)).isZero();
    assertThat(heap.getLong(address + 8)).isEqualTo(2);
  }

  @Test
  void transact_thatDoesNothing_isAllowed() {
    heap.transact(() -> {});
    reopen();
    heap.transact(Locks.NONE, () -> {});
  }

  @Test
  void nested_success_isPartOfTheOuterOne() {
    long address = allocated(64);
    abort(() -> heap.transact(() -> heap.tx().putLong(address, 1)));
    assertThat(heap.getLong(address)).isZero();

    long seen =
        heap.transact(
            () -> {
              heap.tx().putLong(address, 2);
              return heap.transact(
                  Locks.NONE,
                  () -> {
                    heap.tx().putLong(address + 8, 3);
                    return heap.getLong(address);
                  });
            });

    assertThat(seen).isEqualTo(2);
    reopen();
    assertThat(heap.getLong(address)).isEqualTo(2);
    assertThat(heap.getLong(address + 8)).isEqualTo(3);
  }

  @Test
  void nested_failureThatIsCaught_keepsTheOuterOneFromCommitting() {
    long address = allocated(64);
    IOException cause = new IOException("inner");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().putLong(address, 1);
                      assertThatThrownBy(
                              () ->
                                  heap.transact(
                                      () -> {
                                        throw cause;
                                      }))
                          .isSameAs(cause);
                      heap.tx().putLong(address, 2);
                    }))
        .isInstanceOf(TransactionAbortedException.class)
        .hasMessageContaining(path().toString())
        .hasMessageContaining("inner")
        .hasCause(cause);
    assertThat(heap.getLong(address)).isZero();
    putLong(address, 3);
    assertThat(heap.getLong(address)).isEqualTo(3);
  }

  @Test
  void tx_outsideATransaction_throws() {
    assertThat(heap.inTransaction()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> heap.tx())
        .withMessageContaining(path().toString());
    heap.transact(() -> assertThat(heap.inTransaction()).isTrue());
    assertThat(heap.inTransaction()).isFalse();
  }

  @Test
  void tx_usedAfterItsEnd_throws() {
    long address = allocated(64);
    Tx tx = heap.transact(heap::tx);
    assertThatIllegalStateException().isThrownBy(() -> tx.putByte(address, (byte) 1));
    assertThatIllegalStateException().isThrownBy(() -> tx.allocate(8, 0));
    assertThatIllegalStateException().isThrownBy(() -> tx.free(address));
    assertThatIllegalStateException().isThrownBy(() -> tx.putRoot(0));
    assertThatIllegalStateException().isThrownBy(() -> tx.onDurable(() -> {}));
    assertThat(heap.getByte(address)).isZero();
  }

  @Test
  void tx_usedByAnotherThread_throws() {
    long address = allocated(64);
    heap.transact(
        () -> {
          Tx tx = heap.tx();
          assertThatThrownBy(() -> CompletableFuture.runAsync(() -> tx.putLong(address, 1)).join())
              .isInstanceOf(CompletionException.class)
              .hasCauseInstanceOf(IllegalStateException.class);
          assertThat(CompletableFuture.supplyAsync(heap::inTransaction).join()).isFalse();
        });
    assertThat(heap.getLong(address)).isZero();
  }

  @Test
  void transact_onTwoHeapsAtOnce_keepsThemApart() {
    try (Heap other = Heap.create(folder.resolve("other.heap"), options(), geometry())) {
      long here = allocated(64);
      long there = other.transact(() -> other.tx().allocate(64, 0));
      heap.transact(
          () -> {
            heap.tx().putLong(here, 1);
            other.transact(() -> other.tx().putLong(there, 2));
            assertThat(heap.getLong(here)).isEqualTo(1);
            assertThat(other.inTransaction()).isFalse();
          });
      assertThat(heap.getLong(here)).isEqualTo(1);
      assertThat(other.getLong(there)).isEqualTo(2);
    }
  }

  private void abort(Action<RuntimeException> body) {
    IllegalArgumentException abort = new IllegalArgumentException("abort");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      body.run();
                      throw abort;
                    }))
        .isSameAs(abort);
  }
}
