package io.holdfast.systemtest.guest;

import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * The program that dies with its machine: tellers, each a thread, work in a {@link Bank}. A line
 * {@code @@T teller count} is a promise: so many transfers of that teller are durable.
 */
final class Tellers {
  private static final long LIMIT_BYTES = 64 << 20;

  private final Report report;
  private final Path pool;

  Tellers(Report report, Path pool) {
    this.report = report;
    this.pool = pool;
  }

  /** Opens the pool, which recovers it, checks it and says what it holds. */
  Heap open() {
    report.say("OPENING", pool.toString());
    boolean exists = Files.exists(pool);
    HeapOptions options = HeapOptions.defaults().withLimit(LIMIT_BYTES).withSize(0);
    Heap heap = exists ? Heap.open(pool, options) : Heap.create(pool, options);
    Bank bank = Bank.in(heap);
    report.check("bank", bank::check);
    for (int teller = 0; teller < Bank.TELLERS; teller++) {
      report.say("COUNT", teller + " " + bank.count(teller));
    }
    report.pass(
        "heap",
        "%s, %s, %d bytes"
            .formatted(exists ? "recovered" : "created", heap.granularity(), heap.size()));
    report.say("OPENED", pool.toString());
    return heap;
  }

  /** Works until the machine is killed. */
  void workFor(Heap heap, long seed) throws InterruptedException {
    Bank bank = Bank.in(heap);
    Thread[] threads = new Thread[Bank.TELLERS];
    for (int i = 0; i < threads.length; i++) {
      int teller = i;
      threads[i] = Thread.ofPlatform().start(() -> work(bank, teller, new Random(seed + teller)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void work(Bank bank, int teller, Random random) {
    try {
      while (true) {
        bank.work(teller, random);
        report.say("T", teller + " " + bank.count(teller));
      }
    } catch (RuntimeException | Error e) {
      report.fail("teller " + teller, e);
    }
  }
}
