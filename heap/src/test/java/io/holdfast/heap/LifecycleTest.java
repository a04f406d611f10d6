package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.SystemCallException;
import io.holdfast.pool.PoolExistsException;
import io.holdfast.pool.PoolInUseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Creating, opening, closing, and reading with a consistent view. */
final class LifecycleTest extends HeapContract {

  @Test
  void facts_areTheOnesGivenAtCreation_alsoAfterOpeningAgain() {
    for (int i = 0; i < 2; i++) {
      assertThat(heap.path()).isEqualTo(path());
      assertThat(heap.granularity()).isEqualTo(on.granularity());
      assertThat(heap.limit()).isEqualTo(geometry().limitBytes());
      assertThat(heap.size()).isEqualTo(geometry().minimumBytes());
      reopen();
    }
  }

  @Test
  void create_sizeIsGiven_isThatLargeAtOnce() {
    try (Heap other =
        Heap.create(folder.resolve("other.heap"), options().withSize(3 * MIB + 1), geometry())) {
      assertThat(other.size()).isEqualTo(3 * MIB + 4096);
    }
  }

  @Test
  void create_limitBelowTheSmallestHeap_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Heap.create(folder.resolve("other.heap"), options().withLimit(100_000)))
        .withMessageContaining("100000");
    assertThatThrownBy(() -> Heap.open(folder.resolve("other.heap"), options()))
        .as("nothing is left")
        .isInstanceOf(SystemCallException.class);
  }

  @Test
  void create_fileExists_isRefused() {
    long address = allocated(64);
    putLong(address, 5);
    assertThatThrownBy(() -> Heap.create(path(), options()))
        .isInstanceOf(PoolExistsException.class);
    reopen();
    assertThat(heap.getLong(address)).isEqualTo(5);
  }

  @Test
  void open_whileOpen_isRefused() {
    assertThatThrownBy(() -> Heap.open(path(), options()))
        .isInstanceOf(PoolInUseException.class)
        .hasMessageContaining(path().toString());
    heap.close();
    heap = Heap.open(path(), options());
  }

  @Test
  void open_noFile_isRefused() {
    assertThatThrownBy(() -> Heap.open(folder.resolve("none.heap"), options()))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining("none.heap");
  }

  @Test
  void open_manyTimes_neitherGrowsNorForgets() {
    long address = allocated(64);
    for (int i = 0; i < 20; i++) {
      putLong(address, heap.getLong(address) + 1);
      reopen();
    }
    assertThat(heap.getLong(address)).isEqualTo(20);
    assertThat(heap.size()).isEqualTo(geometry().minimumBytes());
  }

  @Test
  void close_twice_changesNothing() {
    heap.close();
    heap.close();
  }

  @Test
  void close_thenAnyUse_throws() {
    long address = allocated(64);
    long reference = heap.reference(address);
    Tx tx = heap.transact(heap::tx);
    heap.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> heap.transact(() -> {}))
        .withMessageContaining(path().toString());
    assertThatIllegalStateException().isThrownBy(() -> heap.transact(Locks.NONE, () -> {}));
    assertThatIllegalStateException().isThrownBy(() -> heap.read(() -> 1));
    assertThatIllegalStateException().isThrownBy(() -> heap.getByte(address));
    assertThatIllegalStateException().isThrownBy(() -> heap.getLong(address));
    assertThatIllegalStateException().isThrownBy(() -> bytes(address, 8));
    assertThatIllegalStateException().isThrownBy(() -> heap.resolve(reference));
    assertThatIllegalStateException().isThrownBy(() -> heap.isLive(reference));
    assertThatIllegalStateException().isThrownBy(() -> heap.reference(address));
    assertThatIllegalStateException().isThrownBy(() -> heap.usableSize(address));
    assertThatIllegalStateException().isThrownBy(() -> heap.typeOf(address));
    assertThatIllegalStateException().isThrownBy(() -> heap.root());
    assertThatIllegalStateException().isThrownBy(() -> heap.tx());
    assertThatIllegalStateException().isThrownBy(() -> tx.putLong(address, 1));
  }

  @Test
  void close_insideATransactionOrAReader_isRefused() {
    heap.transact(() -> assertThatIllegalStateException().isThrownBy(() -> heap.close()));
    heap.transact(
        Locks.NONE, () -> assertThatIllegalStateException().isThrownBy(() -> heap.close()));
    heap.read(() -> assertThatIllegalStateException().isThrownBy(() -> heap.close()));
    allocated(64);
  }

  @Test
  void close_whileOthersWork_letsThemFinishAndRefusesLaterOnes() throws Exception {
    long address = allocated(64);
    CountDownLatch running = new CountDownLatch(4);
    List<Future<Integer>> workers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        long mine = address + 8L * i;
        workers.add(threads.submit(() -> incrementUntilClosed(mine, running)));
      }
      running.await();
      heap.close();
    }
    heap = Heap.open(path(), options());
    for (int i = 0; i < 4; i++) {
      assertThat(heap.getLong(address + 8L * i)).isEqualTo((int) workers.get(i).get());
    }
  }

  private int incrementUntilClosed(long address, CountDownLatch running) {
    for (int done = 0; ; done++) {
      int next = done + 1;
      try {
        heap.transact(Locks.NONE, () -> heap.tx().putLong(address, next));
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("closed");
        return done;
      }
      running.countDown();
    }
  }

  @Test
  void read_returnsItsResultAndPassesExceptionsOn() {
    long address = allocated(64);
    putLong(address, 5);
    long read = heap.read(() -> heap.getLong(address));
    assertThat(read).isEqualTo(5);
    IllegalArgumentException failure = new IllegalArgumentException("reader");
    assertThatThrownBy(
            () ->
                heap.read(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    putLong(address, 6);
  }

  @Test
  void read_insideATransaction_seesItsWrites() {
    long address = allocated(64);
    heap.transact(
        () -> {
          heap.tx().putLong(address, 5);
          long read = heap.read(() -> heap.getLong(address));
          assertThat(read).isEqualTo(5);
        });
  }

  @Test
  void read_beginningATransaction_isRefused() {
    long address = allocated(64);
    heap.read(
        () -> {
          assertThat(heap.inTransaction()).isFalse();
          long nested = heap.read(() -> heap.getLong(address));
          assertThat(nested).isZero();
          return assertThatIllegalStateException()
              .isThrownBy(() -> putLong(address, 1))
              .withMessageContaining("read");
        });
    putLong(address, 2);
    assertThat(heap.getLong(address)).isEqualTo(2);
  }
}
