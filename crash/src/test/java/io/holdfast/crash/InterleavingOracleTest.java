package io.holdfast.crash;

import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/**
 * What crashes may leave of two threads that take turns is what they may leave of all interleavings
 * of their operations, each written out and explored by itself.
 */
class InterleavingOracleTest {
  private static final long SEED = Long.getLong("holdfast.seed", 20_261_120);
  private static final int PROGRAMS = Integer.getInteger("holdfast.interleavings", 25);

  /** One operation of a thread. */
  private interface Operation {
    void run(PmemMap map, RunLog log);
  }

  @Test
  void schedules_reachWhatInterleavingsReach() {
    System.out.println("interleavings of random programs: -Dholdfast.seed=" + SEED);
    Random random = new Random(SEED);
    for (int program = 0; program < PROGRAMS; program++) {
      Granularity granularity = List.of(Granularity.values()).get(random.nextInt(3));
      List<String> text = new ArrayList<>();
      List<Operation> first = operations(random, "first", text);
      List<Operation> second = operations(random, "second", text);
      SortedSet<String> expected = new TreeSet<>();
      interleave(granularity, first, second, new ArrayList<>(), expected);
      SortedSet<String> found = new TreeSet<>();
      CrashReport report =
          explored(
              granularity,
              (medium, log) -> {
                PmemMap map = map(medium);
                log.together(
                    () -> first.forEach(operation -> operation.run(map, log)),
                    () -> second.forEach(operation -> operation.run(map, log)));
              },
              found);
      assertThat(found).as("program %d, %s: %s", program, granularity, text).isEqualTo(expected);
      assertThat(report.schedules().explored()).isEqualTo(report.schedules().known());
      assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
    }
  }

  private static CrashReport explored(
      Granularity granularity, Workload workload, SortedSet<String> found) {
    return CrashExploration.of(granularity)
        .prepare(Programs::createFile)
        .preemptionsAtMost(100)
        .schedulesAtMost(100_000)
        .exhaustiveUpTo(1 << 16)
        .crashesInRecovery(0)
        .run(workload)
        .check(
            (medium, log) -> {
              found.add(
                  "%s %s %s".formatted(word(medium, 0), word(medium, 64), log.acknowledged()));
              return "";
            })
        .explore();
  }

  private static List<Operation> operations(Random random, String thread, List<String> text) {
    List<Operation> operations = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      long line = 64L * random.nextInt(2);
      int value = i + (thread.equals("first") ? 1 : 11);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          text.add(thread + " stores " + value + " at " + line);
          operations.add((map, _) -> map.putLong(line, value));
        }
        case 2 -> {
          text.add(thread + " stores in order " + value + " at " + line);
          operations.add((map, _) -> map.putLongRelease(line, value));
        }
        case 3 -> {
          text.add(thread + " flushes " + line);
          operations.add((map, _) -> map.flush(line, 8));
        }
        case 4 -> {
          text.add(thread + " fences");
          operations.add((map, _) -> map.drain());
        }
        default -> {
          text.add(thread + " acknowledges " + value);
          operations.add((_, log) -> log.acknowledge("" + value));
        }
      }
    }
    return operations;
  }

  /** Explores each order of the operations left. {@code order} says which thread is next. */
  private static void interleave(
      Granularity granularity,
      List<Operation> first,
      List<Operation> second,
      List<Integer> order,
      SortedSet<String> found) {
    long ofFirst = order.stream().filter(thread -> thread == 0).count();
    if (order.size() == first.size() + second.size()) {
      CrashReport _ =
          explored(
              granularity, (medium, log) -> inTurns(first, second, order, map(medium), log), found);
      return;
    }
    for (int thread = 0; thread < 2; thread++) {
      long done = thread == 0 ? ofFirst : order.size() - ofFirst;
      if (done < (thread == 0 ? first : second).size()) {
        order.add(thread);
        interleave(granularity, first, second, order, found);
        order.removeLast();
      }
    }
  }

  private static void inTurns(
      List<Operation> first, List<Operation> second, List<Integer> order, PmemMap map, RunLog log)
      throws Exception {
    try (ExecutorService one = Executors.newSingleThreadExecutor();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      int[] next = new int[2];
      for (int thread : order) {
        Operation operation = (thread == 0 ? first : second).get(next[thread]++);
        (thread == 0 ? one : other).submit(() -> operation.run(map, log)).get();
      }
    }
  }
}
