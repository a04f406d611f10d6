package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random use of an arena against a model: nothing overlaps, nothing is lost, space comes back. */
final class PmemArenaModelTest {
  private static final long LIMIT = 32 << 20;

  @TempDir private Path folder;

  private static long seed(String test) {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println(test + ": -Dholdfast.seed=" + seed);
    return seed;
  }

  private static long randomSize(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> 0;
      case 1, 2, 3, 4 -> random.nextInt(300);
      case 5, 6, 7 -> random.nextInt(5000);
      case 8 -> random.nextInt(60_000);
      default -> random.nextInt(1_000_000);
    };
  }

  /** A live allocation and the byte it is filled with. */
  private record Live(MemorySegment segment, byte content) {
    void check() {
      for (long i = 0; i + 8 <= segment.byteSize(); i += 8) {
        if (segment.get(JAVA_LONG_UNALIGNED, i) != (content & 0xFF) * 0x0101010101010101L) {
          throw new AssertionError("contents lost at " + i + " of " + segment);
        }
      }
      for (long i = segment.byteSize() & -8; i < segment.byteSize(); i++) {
        assertThat(segment.get(JAVA_BYTE, i)).isEqualTo(content);
      }
    }
  }

  private static void checkZero(MemorySegment segment) {
    new Live(segment, (byte) 0).check();
  }

  @Test
  void randomUse_agreesWithTheModel() {
    long seed = seed("randomUse_agreesWithTheModel");
    Random random = new Random(seed);
    try (PmemArena arena = PmemArena.open(folder, LIMIT / 4)) {
      NavigableMap<Long, Live> live = new TreeMap<>();
      int full = 0;
      for (int step = 0; step < 60_000; step++) {
        try {
          // Phases of growth and of shrinking.
          boolean grows = random.nextInt(100) < (step / 5000 % 2 == 0 ? 65 : 35);
          if (grows || live.isEmpty()) {
            long alignment = 1L << random.nextInt(14);
            MemorySegment segment = arena.allocate(randomSize(random), alignment);
            assertThat(segment.address() % alignment).isZero();
            checkZero(segment);
            add(live, segment, (byte) random.nextInt());
          } else {
            Live one = random(live, random);
            live.remove(one.segment().address());
            one.check();
            if (random.nextInt(4) == 0) {
              live.put(one.segment().address(), one);
              MemorySegment moved = arena.reallocate(one.segment(), randomSize(random));
              live.remove(one.segment().address());
              long kept = Math.min(moved.byteSize(), one.segment().byteSize());
              new Live(moved.asSlice(0, kept), one.content()).check();
              checkZero(moved.asSlice(kept));
              add(live, moved, (byte) random.nextInt());
            } else {
              arena.free(one.segment());
            }
          }
        } catch (OutOfSpaceException e) {
          full++;
        }
        assertThat(arena.statistics().allocations()).isEqualTo(live.size());
      }
      assertThat(full).as("seed %d: the limit was met", seed).isPositive();
      live.values().forEach(Live::check);
      live.values().forEach(one -> arena.free(one.segment()));
      PmemArena.Statistics end = arena.statistics();
      assertThat(end.allocations()).isZero();
      assertThat(end.allocatedBytes()).isZero();
      // Everything has come back, in one piece.
      arena.free(arena.allocate(end.fileBytes()));
    }
  }

  private static Live random(NavigableMap<Long, Live> live, Random random) {
    long first = live.firstKey();
    long key = first + (long) (random.nextDouble() * (live.lastKey() - first + 1));
    return live.floorEntry(key).getValue();
  }

  private static void add(NavigableMap<Long, Live> live, MemorySegment segment, byte content) {
    long start = segment.address();
    Map.Entry<Long, Live> before = live.floorEntry(start);
    // Those of no bytes have an address of their own, too.
    if (before != null) {
      long end = before.getKey() + Math.max(1, before.getValue().segment().byteSize());
      assertThat(end).isLessThanOrEqualTo(start);
    }
    Map.Entry<Long, Live> after = live.ceilingEntry(start);
    if (after != null) {
      assertThat(start + Math.max(1, segment.byteSize())).isLessThanOrEqualTo(after.getKey());
    }
    live.put(start, new Live(segment.fill(content), content));
  }

  /** Threads that allocate, and free what others have allocated. */
  @Test
  void threads_shareAnArena() throws InterruptedException {
    long seed = seed("threads_shareAnArena");
    int threads = 8;
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    ArrayBlockingQueue<Live> exchange = new ArrayBlockingQueue<>(1000);
    try (PmemArena arena = PmemArena.open(folder, 4 * LIMIT)) {
      List<Thread> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Random random = new Random(seed + i);
        Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        all.add(
            builder.start(
                () -> {
                  try {
                    use(arena, exchange, random);
                  } catch (Throwable t) {
                    failures.add(t);
                  }
                }));
      }
      for (Thread thread : all) {
        thread.join();
      }
      assertThat(failures).as("seed %d", seed).isEmpty();
      for (Live one : exchange) {
        one.check();
        arena.free(one.segment());
      }
      assertThat(arena.statistics().allocations()).isZero();
      arena.free(arena.allocate(arena.statistics().fileBytes()));
    }
  }

  private static void use(PmemArena arena, ArrayBlockingQueue<Live> exchange, Random random) {
    try (PmemArena child = arena.openShared()) {
      for (int step = 0; step < 20_000; step++) {
        MemorySegment segment = arena.allocate(random.nextInt(step % 100 == 0 ? 100_000 : 2000));
        checkZero(segment);
        Live one = new Live(segment, (byte) random.nextInt());
        segment.fill(one.content());
        if (!exchange.offer(one)) {
          arena.free(segment);
        }
        if (step % 10 == 0) {
          child.allocate(random.nextInt(500)).fill((byte) 1);
        }
        Live other = random.nextInt(2) == 0 ? exchange.poll() : null;
        if (other != null) {
          other.check();
          arena.free(other.segment());
        }
      }
    }
  }

  /** Closing under load ends in exceptions, whoever wins. */
  @Test
  void close_whileInUse_tellsTheUsers() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      PmemArena arena = PmemArena.open(folder, LIMIT);
      Runnable small = () -> arena.free(arena.allocate(100).fill((byte) 1));
      Runnable large = () -> arena.free(arena.allocate(1_000_000).fill((byte) 1));
      List<MemorySegment> kept = new ArrayList<>();
      Runnable growing =
          () -> {
            kept.add(arena.allocate(3000));
            if (kept.size() == 5000) {
              kept.forEach(arena::free);
              kept.clear();
            }
          };
      ConcurrentUse use = ConcurrentUse.start(List.of(small, large, growing));
      arena.close();
      use.assertAllToldThatItIsClosed();
    }
  }

  /** Blocks of one size freed in any pattern leave room for another size. */
  @Test
  void slabs_moveBetweenSizes() {
    Random random = new Random(seed("slabs_moveBetweenSizes"));
    try (PmemArena arena = PmemArena.open(folder, LIMIT)) {
      for (int round = 0; round < 20; round++) {
        long size = 1L + random.nextInt(20_000);
        List<MemorySegment> all = new ArrayList<>();
        for (long used = 0; used < LIMIT * 8 / 10; used += size + size / 8 + 16) {
          all.add(arena.allocate(size));
        }
        Collections.shuffle(all, random);
        all.forEach(arena::free);
      }
      assertThat(arena.statistics().allocations()).isZero();
    }
  }
}
