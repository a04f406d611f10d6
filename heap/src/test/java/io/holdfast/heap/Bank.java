package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Something to go wrong: accounts whose balances always add up to the same sum, each of them a new
 * object after every change, and for each teller the number of transfers made.
 *
 * <pre>
 *  root object: accounts, tellers | references to the accounts | counts of the tellers
 * </pre>
 */
final class Bank {
  private static final int INITIAL_BALANCE = 1000;

  private final Heap heap;
  private final long table;
  private final int accounts;
  private final Lock[] locks;

  private Bank(Heap heap) {
    this.heap = heap;
    this.table = heap.resolve(heap.root());
    this.accounts = heap.getInt(table);
    this.locks = Stream.generate(ReentrantLock::new).limit(accounts).toArray(Lock[]::new);
  }

  static Bank create(Heap heap, int accounts, int tellers) {
    heap.transact(
        () -> {
          Tx tx = heap.tx();
          long table = tx.allocate(8L * (1 + accounts + tellers), 0);
          tx.putInt(table, accounts);
          tx.putInt(table + 4, tellers);
          for (int i = 0; i < accounts; i++) {
            putAccount(heap, table + 8L * (1 + i), INITIAL_BALANCE);
          }
          tx.putRoot(heap.reference(table));
        });
    return new Bank(heap);
  }

  static Bank open(Heap heap) {
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
    return table + 8L * (1 + accounts + teller);
  }

  /** Moves some amount under the locks of the two accounts; durable on return. */
  void transfer(int teller, Random random) {
    int from = random.nextInt(accounts);
    int to = (from + 1 + random.nextInt(accounts - 1)) % accounts;
    long amount = random.nextInt(100);
    heap.transact(Locks.of(locks[from], locks[to]), () -> transfer(teller, from, to, amount));
  }

  /** Moves some amount between all accounts at once, having the heap alone; durable on return. */
  void collect(int teller, Random random) {
    long amount = random.nextInt(10);
    int to = random.nextInt(accounts);
    heap.transact(
        () -> {
          for (int from = 0; from < accounts; from++) {
            if (from != to) {
              move(from, to, amount);
            }
          }
          heap.tx().putLong(counter(teller), count(teller) + 1);
        });
  }

  /** Begins a transfer that aborts. */
  void fail(int teller, Random random) {
    int from = random.nextInt(accounts);
    IllegalArgumentException abort = new IllegalArgumentException("abort");
    try {
      heap.transact(
          Locks.of(locks[from]),
          () -> {
            add(from, 12345);
            heap.tx().putLong(counter(teller), -1);
            throw abort;
          });
    } catch (IllegalArgumentException e) {
      assertThat(e).isSameAs(abort);
    }
  }

  private void transfer(int teller, int from, int to, long amount) {
    move(from, to, amount);
    heap.tx().putLong(counter(teller), count(teller) + 1);
  }

  private void move(int from, int to, long amount) {
    add(from, -amount);
    add(to, amount);
  }

  private void add(int account, long amount) {
    long old = heap.resolve(heap.getLong(slot(account)));
    long balance = heap.getLong(old) + amount;
    heap.tx().free(old);
    putAccount(heap, slot(account), balance);
  }

  /** {@return how many transfers the teller has made} */
  long count(int teller) {
    return heap.getLong(counter(teller));
  }

  /** Checks that no account is damaged and that nothing was lost or gained. */
  void check() {
    long sum = 0;
    for (int i = 0; i < accounts; i++) {
      long account = heap.resolve(heap.getLong(slot(i)));
      long balance = heap.getLong(account);
      assertThat(heap.usableSize(account)).isGreaterThanOrEqualTo(byteSize(balance));
      assertThat(heap.getLong(account + byteSize(balance) - 8)).isEqualTo(balance);
      sum += balance;
    }
    assertThat(sum).isEqualTo((long) accounts * INITIAL_BALANCE);
  }
}
