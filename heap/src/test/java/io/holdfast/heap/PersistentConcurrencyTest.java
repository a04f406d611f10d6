package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Readers without locks meet writers: what they see is old or new, and never something else. */
class PersistentConcurrencyTest extends HeapContract {
  private static final int ROUNDS = 1000;

  @Persistent
  interface Cell {
    long number();

    void number(long value);

    String text();

    void text(String value);

    byte[] bytes();

    void bytes(byte[] value);

    Cell other();

    void other(Cell value);
  }

  private Cell root;

  @BeforeEach
  void createRoot() {
    root = heap.root(Cell.class);
  }

  /** Runs {@code reader} again and again beside {@code writer}, until that one is done. */
  private void runBeside(Callable<Void> reader, Runnable writer) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<Integer> reading =
          threads.submit(
              () -> {
                int reads = 0;
                while (!done.get() || reads == 0) {
                  reader.call();
                  reads++;
                }
                return reads;
              });
      try {
        writer.run();
      } finally {
        done.set(true);
      }
      assertThat(reading.get()).isPositive();
    }
  }

  @Test
  void getters_besideOverwritingTransactions_seeOldOrNew() throws Exception {
    set(0);
    runBeside(
        () -> {
          String text = root.text();
          assertThat(text).isEqualTo(textOf(text.charAt(0)));
          byte[] bytes = root.bytes();
          byte[] expected = new byte[bytes.length];
          Arrays.fill(expected, (byte) bytes.length);
          assertThat(bytes).isEqualTo(expected);
          long number = root.number();
          assertThat((int) (number >>> 32)).isEqualTo((int) number);
          return null;
        },
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            int value = i;
            heap.transact(() -> set(value));
          }
        });
  }

  private void set(int i) {
    root.text(textOf((char) ('a' + i % 26)));
    byte[] bytes = new byte[1 + i % 100];
    Arrays.fill(bytes, (byte) bytes.length);
    root.bytes(bytes);
    root.number((long) i << 32 | i);
  }

  private static String textOf(char letter) {
    return String.valueOf(letter).repeat(letter - 'a' + 1);
  }

  @Test
  void getters_besideReplacedObjects_seeOneOfThem() throws Exception {
    replaceOther(1);
    runBeside(
        () -> {
          try {
            Cell other = root.other();
            assertThat(other).isNotNull();
            long number = other.number();
            assertThat(other.text()).isEqualTo("number " + number);
          } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("was freed"); // after it was got, before it was read
            assertThat(e).hasMessageNotContaining("refers to");
          }
          return null;
        },
        () -> {
          for (int i = 2; i < ROUNDS; i++) {
            replaceOther(i);
          }
        });
  }

  private void replaceOther(int i) {
    heap.transact(
        () -> {
          Cell before = root.other();
          Cell fresh = heap.create(Cell.class);
          fresh.number(i);
          fresh.text("number " + i);
          root.other(fresh);
          if (before != null) {
            heap.free(before);
          }
        });
  }

  @Test
  void setters_ofOneObjectUnderDifferentLocks_loseNothing() throws Exception {
    Lock first = new ReentrantLock();
    Lock second = new ReentrantLock();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> done = new ArrayList<>();
      done.add(threads.submit(() -> increment(first, true)));
      done.add(threads.submit(() -> increment(second, false)));
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(root.number()).isEqualTo(ROUNDS);
    assertThat(root.text()).isEqualTo("" + ROUNDS);
  }

  private void increment(Lock lock, boolean number) {
    for (int i = 1; i <= ROUNDS; i++) {
      String text = "" + i;
      heap.transact(
          Locks.of(lock),
          () -> {
            if (number) {
              root.number(root.number() + 1);
            } else {
              root.text(text);
            }
          });
    }
  }

  @Test
  void gettersAndSetters_ofPrimitives_allocateNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    heap.transact(() -> useNumber(ROUNDS)); // whatever is made once
    long[] allocated = new long[1];
    heap.transact(
        () -> {
          useNumber(1);
          long before = threads.getCurrentThreadAllocatedBytes();
          useNumber(ROUNDS);
          allocated[0] = threads.getCurrentThreadAllocatedBytes() - before;
        });
    assertThat(allocated[0]).isLessThan(ROUNDS);
  }

  private void useNumber(int times) {
    for (int i = 0; i < times; i++) {
      root.number(root.number() + 1);
    }
  }
}
