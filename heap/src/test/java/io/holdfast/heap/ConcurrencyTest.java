package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Transactions of many threads: what they keep apart, and what they do not. */
final class ConcurrencyTest extends HeapContract {
  private static final int THREADS = 12;

  /** Runs a task in many threads, more than there are lanes, and passes on what they throw. */
  private static void inThreads(ExecutorService threads, List<Callable<Void>> tasks)
      throws Exception {
    try (threads) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
  }

  private static void inThreads(int count, Callable<Void> task) throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(task);
    }
    inThreads(Executors.newFixedThreadPool(count), tasks);
  }

  @Test
  void exclusiveTransactions_loseNoUpdate() throws Exception {
    long counter = allocated(64);
    inThreads(
        THREADS,
        () -> {
          for (int i = 0; i < 50; i++) {
            heap.transact(() -> heap.tx().putLong(counter, heap.getLong(counter) + 1));
          }
          return null;
        });
    assertThat(heap.getLong(counter)).isEqualTo(THREADS * 50);
    reopen();
    assertThat(heap.getLong(counter)).isEqualTo(THREADS * 50);
  }

  @Test
  void sharedAndExclusiveTransactions_keepApart() throws Exception {
    long counter = allocated(64);
    ReentrantLock lock = new ReentrantLock();
    inThreads(
        THREADS,
        () -> {
          for (int i = 0; i < 50; i++) {
            Action<RuntimeException> increment =
                () -> heap.tx().putLong(counter, heap.getLong(counter) + 1);
            if (i % 5 == 0) {
              heap.transact(increment);
            } else {
              heap.transact(Locks.of(lock), increment);
            }
          }
          return null;
        });
    reopen();
    assertThat(heap.getLong(counter)).isEqualTo(THREADS * 50);
  }

  @Test
  void transactionsWithoutACommonLock_runAtTheSameTime() throws Exception {
    CyclicBarrier bothAreInside = new CyclicBarrier(2);
    long address = allocated(64);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      long mine = address + 8L * i;
      Locks own = Locks.of(new ReentrantLock());
      tasks.add(
          () -> {
            heap.transact(
                own,
                () -> {
                  heap.tx().putLong(mine, 1);
                  bothAreInside.await(1, TimeUnit.MINUTES);
                });
            return null;
          });
    }
    inThreads(Executors.newFixedThreadPool(2), tasks);
    assertThat(heap.getLong(address) + heap.getLong(address + 8)).isEqualTo(2);
  }

  @Test
  void neighbouringBytes_writtenAtOnceUnderDifferentLocks_areAllKept() throws Exception {
    long word = allocated(64);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      long mine = word + i;
      tasks.add(
          () -> {
            for (int value = 1; value <= 100; value++) {
              byte next = (byte) value;
              heap.transact(Locks.NONE, () -> heap.tx().putByte(mine, next));
              assertThat(heap.getByte(mine)).isEqualTo(next);
            }
            return null;
          });
    }
    inThreads(Executors.newFixedThreadPool(8), tasks);
    reopen();
    assertThat(bytes(word, 8)).containsOnly(100);
  }

  @Test
  void readers_neverSeeHalfATransaction() throws Exception {
    long pair = allocated(256);
    Lock lock = new ReentrantLock();
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tasks.add(
          () -> {
            for (int n = 0; n < 50; n++) {
              heap.transact(
                  Locks.of(lock),
                  () -> {
                    long next = heap.getLong(pair) + 1;
                    heap.tx().putLong(pair, next);
                    heap.tx().putLong(pair + 200, next);
                  });
            }
            return null;
          });
      tasks.add(
          () -> {
            for (int n = 0; n < 200; n++) {
              long difference = heap.read(() -> heap.getLong(pair) - heap.getLong(pair + 200));
              assertThat(difference).isZero();
            }
            return null;
          });
    }
    inThreads(Executors.newFixedThreadPool(tasks.size()), tasks);
    assertThat(heap.getLong(pair)).isEqualTo(200);
  }

  @Test
  void getters_withoutReadOrTransaction_neverSeeATornLong() throws Exception {
    long address = allocated(64);
    inThreads(
        Executors.newFixedThreadPool(2),
        List.of(
            () -> {
              for (int n = 0; n < 300; n++) {
                long value = n % 2 == 0 ? 0 : -1;
                putLong(address, value);
              }
              putLong(address, 1);
              return null;
            },
            () -> {
              for (long seen = 0; seen != 1; seen = heap.getLong(address)) {
                assertThat(seen).isIn(0L, -1L);
              }
              return null;
            }));
  }

  @Test
  void transfersWithAllocation_ofMoreThreadsThanLanes_keepTheSum() throws Exception {
    bank(Executors.newFixedThreadPool(THREADS), THREADS, 60);
  }

  @Test
  void virtualThreads_inThousands_keepTheSum() throws Exception {
    bank(Executors.newVirtualThreadPerTaskExecutor(), 2000, 1);
  }

  private void bank(ExecutorService threads, int tellers, int transfersEach) throws Exception {
    Bank bank = Bank.create(heap, 10, tellers);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int t = 0; t < tellers; t++) {
      int teller = t;
      tasks.add(
          () -> {
            Random random = new Random(teller);
            for (int i = 0; i < transfersEach; i++) {
              bank.transfer(teller, random);
            }
            return null;
          });
    }
    inThreads(threads, tasks);
    for (int opened = 0; opened < 2; opened++) {
      Bank found = Bank.open(heap);
      found.check();
      for (int teller = 0; teller < tellers; teller++) {
        assertThat(found.count(teller)).isEqualTo(transfersEach);
      }
      reopen();
    }
    assertThat(heap.size()).as("what was freed is used again").isLessThan(4 * MIB);
  }

  @Test
  void interruptedThread_commitsAllTheSame_andStaysInterrupted() {
    long address = allocated(64);
    Thread.currentThread().interrupt();
    try {
      putLong(address, 1);
      heap.transact(Locks.of(new ReentrantLock()), () -> heap.tx().putLong(address + 8, 2));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    reopen();
    assertThat(heap.getLong(address)).isEqualTo(1);
    assertThat(heap.getLong(address + 8)).isEqualTo(2);
  }
}
