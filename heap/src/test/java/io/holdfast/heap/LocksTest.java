package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The order of named locks, and how a transaction takes and gives them back. */
final class LocksTest {
  private final ReentrantLock a = new ReentrantLock();
  private final ReentrantLock b = new ReentrantLock();
  private final ReentrantReadWriteLock c = new ReentrantReadWriteLock();

  private final Heap heap =
      Heap.create(
          Path.of("/simulated/locks.heap"),
          HeapOptions.defaults()
              .withLimit(4 << 20)
              .withMedium(SimulatedMedium.of(Granularity.BYTE)));

  @AfterEach
  void close() {
    heap.close();
  }

  @Test
  void of_sameLocksInAnyOrder_haveOneOrder() {
    assertThat(Locks.of(a, b, c.readLock()).inOrder())
        .isEqualTo(Locks.of(c.readLock(), b, a).inOrder())
        .containsExactlyInAnyOrder(a, b, c.readLock());
    assertThat(Locks.NONE.inOrder()).isEmpty();
  }

  @Test
  void and_joinsSets() {
    assertThat(Locks.of(c.readLock(), b).and(Locks.of(b, a)).inOrder())
        .isEqualTo(Locks.of(a, b, c.readLock()).inOrder());
    assertThat(Locks.NONE.and(Locks.of(a)).inOrder()).containsExactly(a);
  }

  @Test
  void of_lockNamedTwice_isLockedOnce() {
    heap.transact(Locks.of(a, b, a), () -> assertThat(a.getHoldCount()).isEqualTo(1));
    assertThat(a.isLocked()).isFalse();
  }

  @Test
  void transact_lockThatCannotBeUnlocked_givesBackTheOthersAndTheHeap() {
    ReentrantLock broken =
        new ReentrantLock() {
          @Override
          public void unlock() {
            throw new IllegalStateException("broken");
          }
        };
    heap.transact(Locks.of(a, broken, b), () -> heap.tx().putRoot(0));
    assertThat(a.isLocked()).isFalse();
    assertThat(b.isLocked()).isFalse();
    assertThat(heap.inTransaction()).isFalse();
    heap.transact(() -> heap.tx().putRoot(0));
  }

  @Test
  void transact_holdsItsLocksUntilItEnds_alsoByAnException() {
    assertThatThrownBy(
            () ->
                heap.transact(
                    Locks.of(a, c.writeLock()),
                    () -> {
                      assertThat(a.isHeldByCurrentThread()).isTrue();
                      assertThat(c.isWriteLockedByCurrentThread()).isTrue();
                      throw new IllegalArgumentException("abort");
                    }))
        .hasMessage("abort");
    assertThat(a.isLocked()).isFalse();
    assertThat(c.isWriteLocked()).isFalse();
  }

  @Test
  void nested_lockThatTheOuterHolds_isNotLockedAgain() {
    heap.transact(
        Locks.of(a),
        () -> heap.transact(Locks.of(a), () -> assertThat(a.getHoldCount()).isEqualTo(1)));
    assertThat(a.isLocked()).isFalse();
  }

  @Test
  void nested_furtherLock_isHeldUntilTheOuterEnds() {
    heap.transact(
        Locks.of(a),
        () -> {
          heap.transact(Locks.of(b), () -> {});
          assertThat(b.isHeldByCurrentThread()).isTrue();
        });
    assertThat(b.isLocked()).isFalse();
  }

  @Test
  void nested_furtherLockOfAnother_abortsAfterABoundedTimeAndSaysWhy() {
    CountDownLatch locked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(
            () -> {
              b.lock();
              try {
                locked.countDown();
                over.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                b.unlock();
              }
            });
    assertThatThrownBy(
            () ->
                heap.transact(
                    Locks.of(a),
                    () -> {
                      locked.await();
                      heap.transact(Locks.of(b), () -> {});
                    }))
        .isInstanceOf(TransactionAbortedException.class)
        .hasMessageContaining(b.toString());
    over.countDown();
    other.join();
    assertThat(a.isLocked()).isFalse();
    heap.transact(Locks.of(a, b), () -> {});
  }

  @Test
  void nested_interruptedWhileItWaits_abortsAndStaysInterrupted() throws Exception {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    b.lock();
    try {
      Thread waiting =
          Thread.startVirtualThread(
              () -> {
                try {
                  heap.transact(() -> heap.transact(Locks.of(b), () -> {}));
                  result.complete(false);
                } catch (TransactionAbortedException e) {
                  result.complete(Thread.currentThread().isInterrupted());
                }
              });
      waiting.interrupt();
      assertThat(result.get()).isTrue();
    } finally {
      b.unlock();
    }
  }
}
