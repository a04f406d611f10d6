package io.holdfast.crash;

import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.internal.report.ReplayLine;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A line of a failure gets to the same state again, or says why it cannot. */
class ReplayTest {
  private static final Workload PUBLISHES_TOO_EARLY =
      (medium, log) -> {
        try (PmemMap map = map(medium)) {
          map.putLong(64, 7);
          map.putLong(0, 1);
          map.persist(0, 8);
          log.acknowledge("published");
        }
      };

  private static String check(SimulatedMedium medium, RunLog log) {
    if (word(medium, 0) == 1 && word(medium, 64) != 7) {
      throw new IllegalStateException("published, but is " + word(medium, 64));
    }
    return "" + word(medium, 0);
  }

  private static CrashExploration exploration(Workload run) {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .run(run)
        .check(ReplayTest::check);
  }

  @Test
  void line_runsTheFailingStateAloneAndThrowsWhatTheCheckThrows() {
    CrashFailure failure = exploration(PUBLISHES_TOO_EARLY).explore().failures().getFirst();
    int[] checks = {0};
    assertThat(failure.report()).contains("-Dholdfast.crash.replay=" + failure.replay());
    assertThat(failure.replay()).doesNotContain(" ").doesNotContainPattern("[^-A-Za-z0-9/=:.,_%+]");
    assertThatThrownBy(
            () ->
                exploration(PUBLISHES_TOO_EARLY)
                    .check(
                        (medium, log) -> {
                          checks[0]++;
                          return check(medium, log);
                        })
                    .replay(failure.replay()))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(failure.cause().getMessage());
    assertThat(checks[0]).isEqualTo(1);
  }

  @Test
  void line_ofAMendedCheck_givesTheOutcome() throws Exception {
    CrashFailure failure = exploration(PUBLISHES_TOO_EARLY).explore().failures().getFirst();
    String outcome =
        exploration(PUBLISHES_TOO_EARLY).check((_, _) -> "fine now").replay(failure.replay());
    assertThat(outcome).isEqualTo("fine now");
  }

  @Test
  void line_ofAChangedProgram_saysThatItDoesNotFit() {
    String line = exploration(PUBLISHES_TOO_EARLY).explore().failures().getFirst().replay();
    assertThatThrownBy(
            () ->
                exploration(
                        (medium, _) -> {
                          try (PmemMap map = map(medium)) {
                            map.putLong(64, 7);
                            map.putLong(0, 2);
                            map.persist(0, 8);
                          }
                        })
                    .replay(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the program has changed")
        .hasMessageContaining(line);
    assertThatThrownBy(() -> exploration((_, _) -> {}).replay(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the run crashes after event 2, and has 0");
  }

  @Test
  void line_ofAnotherGranularity_isRefused() {
    String line = exploration(PUBLISHES_TOO_EARLY).explore().failures().getFirst().replay();
    assertThatThrownBy(() -> CrashExploration.of(Granularity.PAGE).replay(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it is of granularity CACHE_LINE, and this exploration of PAGE");
  }

  @Test
  void nonsense_isRefusedInWords() {
    for (String line :
        List.of(
            "",
            "x",
            "holdfast-1",
            "holdfast-1/CACHE_LINE",
            "holdfast-1/CACHE_LINE/seed=x/1:power::0",
            "holdfast-1/CACHE_LINE/1:power:3:0",
            "holdfast-1/CACHE_LINE/1:power:9-2.1:0",
            "holdfast-1/CACHE_LINE/1:power:2000000000.1:0",
            "holdfast-1/CACHE_LINE/1:melted::0",
            "holdfast-1/CACHE_LINE/-1:power::0")) {
      assertThatThrownBy(() -> CrashExploration.of(Granularity.CACHE_LINE).replay(line))
          .as(line)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("no ");
    }
  }

  @Test
  void property_makesAnExplorationReplay() {
    CrashFailure failure = exploration(PUBLISHES_TOO_EARLY).explore().failures().getFirst();
    System.setProperty("holdfast.crash.replay", failure.replay());
    try {
      assertThatThrownBy(() -> exploration(PUBLISHES_TOO_EARLY).explore())
          .isExactlyInstanceOf(IllegalStateException.class);
      // Of another name or granularity it is another exploration's.
      assertThat(exploration(PUBLISHES_TOO_EARLY).named("other").explore().failures()).hasSize(1);
      CrashReport mended = exploration(PUBLISHES_TOO_EARLY).check((_, _) -> "fine").explore();
      assertThat(mended.states()).isEqualTo(1);
      assertThat(mended.toString()).contains("after event 2: \"fine\" (1 state)");
    } finally {
      System.clearProperty("holdfast.crash.replay");
    }
  }

  @Test
  void failureInARecoveryAfterAKillOrPowerFailure_isReplayed() {
    for (boolean kill : new boolean[] {false, true}) {
      Workload run =
          (medium, _) -> {
            try (PmemMap map = map(medium)) {
              map.putLong(0, 1);
              if (!kill) {
                map.persist(0, 8);
              }
            }
          };
      // Recovery reads what may not be durable, and makes durable what follows from it.
      Check check =
          (medium, _) -> {
            try (PmemMap map = map(medium)) {
              if (map.getLong(8 * 100) == 1 && map.getLong(0) == 0) {
                throw new IllegalStateException("an effect without its cause");
              }
              if (map.getLong(8 * 50) == 1) {
                throw new IllegalStateException("recovery stopped half way");
              }
              if (map.getLong(0) == 1) {
                map.putLong(kill ? 8 * 100 : 8 * 50, 1);
                map.persist(kill ? 8 * 100 : 8 * 50, 8);
              }
            }
            return "";
          };
      CrashFailure failure = exploration(run).check(check).explore().failures().getFirst();
      assertThat(failure.crashes()).hasSize(2);
      assertThat(failure.replay()).contains(kill ? ":kill:" : ":power:");
      assertThatThrownBy(() -> exploration(run).check(check).replay(failure.replay()))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(failure.cause().getMessage());
    }
  }

  @Test
  void line_ofAProgramWhosePathsAreWrapped_findsItsMedium() {
    FileSystemProvider wrapped =
        new CrashFileSystemProvider(FileSystems.getDefault().provider(), "/replayed");
    Path file = wrapped.getPath(URI.create("file:///replayed/greeting"));
    CrashExploration exploration =
        CrashExploration.of(Granularity.PAGE)
            .run(
                (_, log) -> {
                  Files.writeString(file, "hello");
                  log.acknowledge("written");
                })
            .check(
                (_, log) -> {
                  if (log.hasAcknowledged("written") && !Files.exists(file)) {
                    throw new IllegalStateException("no greeting");
                  }
                  return "";
                });
    CrashFailure failure = exploration.explore().failures().getFirst();
    assertThatThrownBy(() -> exploration.replay(failure.replay()))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("no greeting");
  }

  /**
   * Whatever fails, the line must get there: random programs and a check that refuses at random.
   */
  @Test
  void randomFailures_areReplayed() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    Random random = new Random(seed);
    int failed = 0;
    for (int i = 0; i < 25; i++) {
      long program = random.nextLong();
      long refused = random.nextInt(1, 8);
      Check check =
          (medium, _) -> {
            long sum = 0;
            try (PmemMap map = map(medium)) {
              for (int word = 0; word < 64; word++) {
                sum += map.getLong(word * 8L) * (word + 1);
              }
              if (sum % 8 == refused) {
                throw new IllegalStateException("sum " + sum);
              }
              map.putLong(8 * 65, sum);
              map.persist(8 * 65, 8);
            }
            return "" + sum % 8;
          };
      CrashExploration exploration =
          exploration((medium, log) -> randomStores(medium, log, new Random(program)))
              .check(check)
              .named("program " + i)
              .exhaustiveUpTo(64);
      for (CrashFailure failure : exploration.failuresAtMost(3).explore().failures()) {
        failed++;
        assertThatThrownBy(() -> exploration.replay(failure.replay()))
            .as("seed %d, program %d, %s", seed, i, failure)
            .isExactlyInstanceOf(IllegalStateException.class)
            .hasMessage(failure.cause().getMessage());
      }
    }
    assertThat(failed).as("seed %d", seed).isGreaterThan(5);
  }

  private static void randomStores(SimulatedMedium medium, RunLog log, Random random) {
    try (PmemMap map = map(medium)) {
      for (int i = 0; i < 8; i++) {
        long offset = random.nextInt(64) * 8L;
        switch (random.nextInt(6)) {
          case 0 -> map.putLongRelease(offset, random.nextInt(4));
          case 1 -> map.flush(offset, 8);
          case 2 -> map.drain();
          case 3 -> map.fill(0, 64, (byte) random.nextInt(3), CopyMode.NO_DRAIN.nonTemporal());
          case 4 -> log.acknowledge("at " + i);
          default -> map.putLong(offset, random.nextInt(4));
        }
      }
    }
  }

  @Test
  void lines_areReadAsTheyWereWritten() {
    Random random = new Random(Long.getLong("holdfast.seed", 7));
    for (int i = 0; i < 500; i++) {
      List<ReplayLine.Crash> crashes = new ArrayList<>();
      for (int crash = 0; crash <= random.nextInt(3); crash++) {
        int[] choices = random.ints(random.nextInt(12), 0, 3).toArray();
        crashes.add(
            new ReplayLine.Crash(
                random.nextInt(1000),
                random.nextBoolean() ? ReplayLine.Kind.KILL : ReplayLine.Kind.POWER,
                choices,
                random.nextInt()));
      }
      TreeSet<Integer> without = new TreeSet<>();
      random.ints(random.nextInt(4), 0, 100).forEach(without::add);
      String text =
          new ReplayLine(
                  random.nextBoolean() ? "" : "a / b: 100 % \u00e4 *",
                  Granularity.PAGE,
                  random.nextLong(),
                  without,
                  random.nextBoolean() ? "" : "0 1/2",
                  crashes)
              .toString();
      assertThat(ReplayLine.parse(text).toString()).isEqualTo(text);
    }
  }
}
