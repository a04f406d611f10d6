package io.holdfast.heap;

import io.holdfast.heap.internal.Geometry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * The program that {@link KillTest} kills: tellers, each a thread, work in a {@link Bank} until
 * they are killed. A line on standard output is a promise: {@code teller count} says that so many
 * transfers of that teller are durable.
 */
final class KilledTellers {
  static final int TELLERS = 4;
  static final String OPENING = "opening";

  private static final int ACCOUNTS = 12;
  private static final Geometry GEOMETRY = new Geometry(16 << 20, 3, 1024, 8192, 32768);

  private final OutputStream out = System.out;

  private KilledTellers() {}

  /** Works in the pool named by the first argument, creating it if it is not there. */
  public static void main(String[] args) throws Exception {
    new KilledTellers().work(Path.of(args[0]), Long.parseLong(args[1]));
  }

  private void work(Path path, long seed) throws Exception {
    report(OPENING);
    HeapOptions options = HeapOptions.defaults().withSize(0).withLimit(GEOMETRY.limitBytes());
    Heap heap =
        Files.exists(path) ? Heap.open(path, options) : Heap.create(path, options, GEOMETRY);
    Bank bank = heap.root() == 0 ? Bank.create(heap, ACCOUNTS, TELLERS) : Bank.open(heap);
    for (int i = 0; i < TELLERS; i++) {
      int teller = i;
      Thread.ofPlatform().start(() -> work(bank, teller, new Random(seed + teller)));
    }
  }

  private void work(Bank bank, int teller, Random random) {
    while (true) {
      switch (random.nextInt(8)) {
        case 0 -> bank.collect(teller, random);
        case 1 -> bank.fail(teller, random);
        default -> bank.transfer(teller, random);
      }
      report(teller + " " + bank.count(teller));
    }
  }

  private synchronized void report(String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException e) {
      Runtime.getRuntime().halt(3); // nobody listens any more
    }
  }
}
