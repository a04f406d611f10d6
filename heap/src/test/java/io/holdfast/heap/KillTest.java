package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a process has reported as durable outlives its {@code kill -9}, and what it had begun is
 * there as a whole or not at all.
 *
 * <p>{@code -Dholdfast.kills=N} kills N times on each kind of medium, {@code -Dholdfast.seed=S}
 * repeats the choice of moments.
 */
final class KillTest {
  private static final int KILLS = Integer.getInteger("holdfast.kills", 10);
  private static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());
  private static final int MOST_REPORTS = 1500;

  private final Random random = new Random(SEED);
  private final long[] reported = new long[KilledTellers.TELLERS];
  private long reports;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"FILE_PAGE", "FILE_CACHE_LINE"})
  void killedAtAnyMoment_losesNothingReportedAndNoInvariant(TestMedium on) throws Exception {
    Path pool = folder.resolve("bank.heap");
    for (int kill = 0; kill < KILLS; kill++) {
      // now and then in the middle of opening, which recovers from the kill before
      runAndKill(on, pool, random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(MOST_REPORTS));
      if (Files.exists(pool)) {
        check(random.nextInt(3) == 0 ? other(on) : on, pool);
      }
    }
    System.out.printf(
        "killed %d times on %s with seed %d: %d durable transfers reported, none lost%n",
        KILLS, on, SEED, reports);
    assertThat(reports).isPositive();
  }

  private void runAndKill(TestMedium on, Path pool, int afterReports) throws IOException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dio.holdfast.pmem.forceGranularity=" + on.granularity(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledTellers.class.getName(),
                pool.toString(),
                Long.toString(random.nextLong()))
            .redirectError(new File(folder.toFile(), "errors"))
            .start();
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).isEqualTo(KilledTellers.OPENING);
      int read = 0;
      while (read < afterReports && note(lines.readLine())) {
        read++;
      }
      assertThat(read).as("reports of a child that was not killed").isEqualTo(afterReports);
      child.toHandle().destroyForcibly(); // SIGKILL, and what is in the pipe can still be read
      while (note(lines.readLine())) {
        read++;
      }
      reports += read;
    } finally {
      child.destroyForcibly();
      child.onExit().join();
    }
    assertThat(Files.readString(folder.resolve("errors"))).isEmpty();
    assertThat(child.exitValue()).as("128 + SIGKILL").isEqualTo(137);
  }

  /** Notes a report that is complete; {@return whether there was one} */
  private boolean note(String line) {
    if (line == null || !line.matches("\\d \\d+")) {
      return false;
    }
    int teller = line.charAt(0) - '0';
    reported[teller] = Math.max(reported[teller], Long.parseLong(line.substring(2)));
    return true;
  }

  private void check(TestMedium on, Path pool) {
    HeapOptions options = HeapOptions.defaults().withMedium(on.enter());
    try (Heap heap = Heap.open(pool, options)) {
      if (heap.root() == 0) {
        assertThat(reported).containsOnly(0);
        return;
      }
      Bank bank = Bank.open(heap);
      bank.check();
      for (int teller = 0; teller < KilledTellers.TELLERS; teller++) {
        assertThat(bank.count(teller))
            .as("transfers of teller %d, seed %d", teller, SEED)
            .isBetween(reported[teller], reported[teller] + 1);
        bank.transfer(teller, random);
        reported[teller] = bank.count(teller);
      }
      bank.check();
      assertThat(heap.size()).as("freed space is used again").isLessThan(8 << 20);
    } finally {
      on.leave();
    }
  }

  private static TestMedium other(TestMedium on) {
    return on == TestMedium.FILE_PAGE ? TestMedium.FILE_CACHE_LINE : TestMedium.FILE_PAGE;
  }
}
