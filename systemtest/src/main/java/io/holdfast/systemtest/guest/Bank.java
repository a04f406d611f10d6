package io.holdfast.systemtest.guest;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Locks;
import io.holdfast.heap.Tx;
import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Something to go wrong: accounts whose balances always add up to the same sum, each of them a new
 * object after every change, and for each teller the number of transfers made. After a crash a
 * transfer is there as a whole or not at all.
 *
 * <pre>
 *  root object: accounts, tellers | references to the accounts | counts of the tellers
 * </pre>
 */
final class Bank {
  static final int TELLERS = 4;

  private static final int ACCOUNTS = 12;
  private static final int INITIAL_BALANCE = 1000;

  private final Heap heap;
  private final long table;
  private final Lock[] locks;

  private Bank(Heap heap) {
    this.heap = heap;
    this.table = heap.resolve(heap.root());
    this.locks = Stream.generate(ReentrantLock::new).limit(ACCOUNTS).toArray(Lock[]::new);
  }

  /** Opens the heap's bank, founding it if the heap is empty. */
  static Bank in(Heap heap) {
    if (heap.root() == 0) {
      heap.transact(
          () -> {
            Tx tx = heap.tx();
            long table = tx.allocate(8L * (1 + ACCOUNTS + TELLERS), 0);
            tx.putInt(table, ACCOUNTS);
            tx.putInt(table + 4, TELLERS);
            for (int i = 0; i < ACCOUNTS; i++) {
              putAccount(heap, table + 8L * (1 + i), INITIAL_BALANCE);
            }
            tx.putRoot(heap.reference(table));
          });
    }
    return new Bank(heap);
  }

  private static void putAccount(Heap heap, long slot, long balance) {
    long account = heap.tx().allocate(byteSize(balance), 0);
    heap.tx().putLong(account, balance);
    heap.tx().putLong(account + byteSize(balance) - 8, balance);
    heap.tx().putLong(slot, heap.reference(account));
  }

  /** Objects of the kinds that take different ways into the pool. */
  private static int byteSize(long balance) {
    return switch ((int) Math.floorMod(balance, 10L)) {
      case 0 -> 9000;
      case 1, 2 -> 1500;
      default -> 24;
    };
  }

  private long slot(int account) {
    return table + 8L * (1 + account);
  }

  private long counter(int teller) {
    return table + 8L * (1 + ACCOUNTS + teller);
  }

  /**
   * Does some work for a teller: a transfer, a collection, or one that aborts; durable on return.
   */
  void work(int teller, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> collect(teller, random);
      case 1 -> abort(random);
      default -> transfer(teller, random);
    }
  }

  /** Moves some amount under the locks of the two accounts. */
  private void transfer(int teller, Random random) {
    int from = random.nextInt(ACCOUNTS);
    int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    long amount = random.nextInt(100);
    heap.transact(
        Locks.of(locks[from], locks[to]),
        () -> {
          add(from, -amount);
          add(to, amount);
          count(teller, count(teller) + 1);
        });
  }

  /** Moves some amount from all accounts to one, having the heap alone. */
  private void collect(int teller, Random random) {
    long amount = random.nextInt(10);
    int to = random.nextInt(ACCOUNTS);
    heap.transact(
        () -> {
          for (int from = 0; from < ACCOUNTS; from++) {
            if (from != to) {
              add(from, -amount);
              add(to, amount);
            }
          }
          count(teller, count(teller) + 1);
        });
  }

  private void abort(Random random) {
    int from = random.nextInt(ACCOUNTS);
    String why = "abort of teller's";
    try {
      heap.transact(
          Locks.of(locks[from]),
          () -> {
            add(from, 12345);
            throw new IllegalArgumentException(why);
          });
    } catch (IllegalArgumentException e) {
      CheckFailedException.unless(why.equals(e.getMessage()), "an abort threw " + e);
    }
  }

  private void add(int account, long amount) {
    long old = heap.resolve(heap.getLong(slot(account)));
    long balance = heap.getLong(old) + amount;
    heap.tx().free(old);
    putAccount(heap, slot(account), balance);
  }

  private void count(int teller, long transfers) {
    heap.tx().putLong(counter(teller), transfers);
  }

  /** {@return how many transfers the teller has made} */
  long count(int teller) {
    return heap.getLong(counter(teller));
  }

  /**
   * Checks that no account is damaged and nothing was lost or gained.
   *
   * @return what was seen
   */
  String check() {
    long sum = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
      long account = heap.resolve(heap.getLong(slot(i)));
      long balance = heap.getLong(account);
      int bytes = byteSize(balance);
      CheckFailedException.unless(
          heap.usableSize(account) >= bytes,
          "account %d: balance %d in %d bytes".formatted(i, balance, heap.usableSize(account)));
      long copy = heap.getLong(account + bytes - 8);
      CheckFailedException.unless(
          copy == balance, "account %d: balance %d, its copy %d".formatted(i, balance, copy));
      sum += balance;
    }
    CheckFailedException.unless(
        sum == (long) ACCOUNTS * INITIAL_BALANCE, "the balances add up to " + sum);
    return "%d accounts intact, sum %d".formatted(ACCOUNTS, sum);
  }
}
