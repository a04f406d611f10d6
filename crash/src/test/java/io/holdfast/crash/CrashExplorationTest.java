package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.map;
import static io.holdfast.crash.Programs.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the explorer visits, in which order, how often, and what it tells. */
class CrashExplorationTest {

  // The model, seen from a program.

  @Test
  void byteGranularity_needsNeitherFlushNorFenceForPlainStores() {
    CrashReport report =
        exploration(
                Granularity.BYTE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(0, 1);
                  map.putLong(64, 1);
                  log.acknowledge("stored");
                })
            .check(
                (medium, log) -> {
                  assertThat(word(medium, 64)).isLessThanOrEqualTo(word(medium, 0));
                  if (log.hasAcknowledged("stored")) {
                    assertThat(word(medium, 64)).isEqualTo(1);
                  }
                  return word(medium, 0) + "" + word(medium, 64);
                })
            .explore()
            .assertConsistent();
    assertThat(outcomes(report)).containsExactly("00", "10", "11");
  }

  @Test
  void byteGranularity_needsAFenceForNonTemporalStores() {
    Workload program =
        (medium, log) -> {
          map(medium).fill(0, 8, (byte) 1, CopyMode.NO_DRAIN.nonTemporal());
          log.acknowledge("stored");
        };
    assertThat(
            exploration(Granularity.BYTE, program).check(this::acknowledged).explore().failures())
        .hasSize(1);
  }

  /** A fence of the thread that waits would not do. */
  @Test
  void asynchronousFill_isDurableWhenItsFutureCompletes() {
    for (Granularity granularity : Granularity.values()) {
      for (long length : new long[] {8, 512}) {
        Workload program =
            (medium, log) -> {
              map(medium)
                  .fillAsync(0, length, (byte) 1, task -> Thread.ofPlatform().start(task))
                  .join();
              log.acknowledge("stored");
            };
        exploration(granularity, program)
            .check(
                (medium, log) -> {
                  if (log.hasAcknowledged("stored")) {
                    assertThat(word(medium, 0)).isEqualTo(0x0101_0101_0101_0101L);
                    assertThat(word(medium, length - 8)).isEqualTo(0x0101_0101_0101_0101L);
                  }
                  return "";
                })
            .explore()
            .assertConsistent();
      }
    }
  }

  @Test
  void pageGranularity_losesWhatIsOnlyFenced() {
    Workload program =
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(0, 1);
          map.drain();
          log.acknowledge("stored");
        };
    assertThat(
            exploration(Granularity.PAGE, program).check(this::acknowledged).explore().failures())
        .hasSize(1);
  }

  @Test
  void pageGranularity_keepsWhatIsFlushedWithoutAFence() {
    Workload program =
        (medium, log) -> {
          PmemMap map = map(medium);
          map.putLong(0, 1);
          map.flush(0, 8);
          log.acknowledge("stored");
        };
    exploration(Granularity.PAGE, program).check(this::acknowledged).explore().assertConsistent();
  }

  @Test
  void pageGranularity_doesNotOrderOrderedStores() {
    CrashReport report =
        exploration(
                Granularity.PAGE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(0, 1);
                  map.putLongRelease(8, 1);
                })
            .check((medium, log) -> word(medium, 0) + "" + word(medium, 8))
            .explore();
    assertThat(outcomes(report)).containsExactly("00", "01", "10", "11");
  }

  @Test
  void privateMapping_neverReachesTheMedium() {
    for (Granularity granularity : Granularity.values()) {
      CrashReport report =
          exploration(
                  granularity,
                  (medium, log) -> {
                    PmemMap map = map(medium, MapConfig.Sharing.PRIVATE);
                    map.putLong(0, 1);
                    map.persist(0, 8);
                  })
              .check((medium, log) -> "" + word(medium, 0))
              .explore();
      assertThat(outcomes(report)).containsExactly("0");
      assertThat(report.events()).isZero();
    }
  }

  @Test
  void fileWrites_areDurableAfterSyncOnly() {
    CrashReport report =
        exploration(
                Granularity.PAGE,
                (medium, log) -> {
                  try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
                    file.write(0, Programs.bytes("a"));
                    file.sync();
                    log.acknowledge("a");
                    file.writeDurably(0, Programs.bytes("b"));
                    log.acknowledge("b");
                    file.write(0, Programs.bytes("c"));
                  }
                })
            .check(
                (medium, log) ->
                    "%s %s"
                        .formatted(log.acknowledged(), Programs.read(medium, FILE).strip().trim()))
            .explore();
    assertThat(outcomes(report))
        .containsExactlyInAnyOrder("[] ", "[] a", "[a] a", "[a] b", "[a, b] b", "[a, b] c");
  }

  // What is visited.

  @Test
  void equalStates_areCheckedOnce() {
    List<Long> checked = new ArrayList<>();
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(0, 1);
                  map.flush(0, 8);
                  map.drain();
                })
            .check(
                (medium, log) -> {
                  checked.add(word(medium, 0));
                  return "" + word(medium, 0);
                })
            .withoutKilledProcesses()
            .explore();
    assertThat(checked).containsExactlyInAnyOrder(0L, 1L);
    assertThat(report.states()).isEqualTo(2);
    assertThat(report.recoveryStates()).isZero();
  }

  /** Ten states tell more of ten places in a run than of the first ten. */
  @Test
  void fewerStatesThanEvents_areSpreadOverTheRun() {
    List<Long> checked = new ArrayList<>();
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  for (int i = 1; i <= 1000; i++) {
                    map.putLong(0, i);
                    map.persist(0, 8);
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  checked.add(word(medium, 0));
                  return "";
                })
            .statesAtMost(10)
            .explore();
    assertThat(report.states() + report.recoveryStates()).isEqualTo(10);
    assertThat(checked).hasSize(10).anyMatch(value -> value > 900);
    assertThat(checked.stream().filter(value -> value > 200 && value < 800)).hasSizeGreaterThan(3);
  }

  @Test
  void outcomes_areGroupedByEvent() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(0, 1);
                  map.persist(0, 8);
                  map.putLong(0, 2);
                  map.persist(0, 8);
                })
            .check((medium, log) -> "value " + word(medium, 0))
            .explore();
    assertThat(report.outcomes().stream().map(Object::toString))
        .containsExactly(
            "after event 0: \"value 0\" (1 state)",
            "after events 1-2: \"value 0\" (2 states), \"value 1\" (2 states)",
            "after event 3: \"value 1\" (1 state)",
            "after events 4-5: \"value 1\" (2 states), \"value 2\" (2 states)",
            "after event 6: \"value 2\" (1 state)");
  }

  @Test
  void recovery_isCrashedAsDeepAsTold() {
    // Each recovery moves the counter by one, so its value tells how many came before.
    for (int depth = 0; depth <= 3; depth++) {
      TreeSet<Long> found = new TreeSet<>();
      exploration(Granularity.BYTE, (medium, log) -> map(medium).putLong(0, 1))
          .check(
              (medium, log) -> {
                try (PmemMap map = map(medium)) {
                  found.add(map.getLong(8));
                  map.putLong(8, map.getLong(8) + 1);
                }
                return "";
              })
          .crashesInRecovery(depth)
          .explore();
      assertThat(found.last()).isEqualTo(depth);
    }
  }

  @Test
  void recovery_isCrashedThoughItsStateWasSeenAfterADeeperCrash() {
    TreeSet<Long> found = new TreeSet<>();
    exploration(
            Granularity.BYTE,
            (medium, log) -> {
              map(medium).putLong(0, 1);
              map(medium).putLong(8, 1);
            })
        .check(
            (medium, log) -> {
              try (PmemMap map = map(medium)) {
                found.add(map.getLong(8));
                map.putLong(8, map.getLong(8) + map.getLong(0));
              }
              return "";
            })
        .explore();
    assertThat(found).containsExactly(0L, 1L, 2L);
  }

  @Test
  void stopCrashing_endsWhatIsCrashed() {
    TreeSet<Long> found = new TreeSet<>();
    exploration(Granularity.BYTE, (medium, log) -> map(medium).putLong(0, 1))
        .check(
            (medium, log) -> {
              log.stopCrashing();
              found.add(word(medium, 8));
              map(medium).putLong(8, 1);
              return "";
            })
        .explore();
    assertThat(found).containsExactly(0L);
  }

  @Test
  void killInTheMidstOfACopy_showsATornOne() {
    // Recovery stores what it sees into another line, where it stays visible although the copy
    // itself may be lost.
    TreeSet<Long> seen = new TreeSet<>();
    exploration(
            Granularity.PAGE, (medium, log) -> map(medium).fill(0, 64, (byte) 1, CopyMode.NO_FLUSH))
        .check(
            (medium, log) -> {
              try (PmemMap map = map(medium)) {
                if (map.getLong(128) == 0) {
                  long words = 0;
                  for (int i = 0; i < 8; i++) {
                    words += map.getLong(i * 8L) == 0 ? 0 : 1;
                  }
                  map.putLong(128, words);
                } else {
                  seen.add(map.getLong(128));
                }
              }
              return "";
            })
        .exhaustiveUpTo(1)
        .samples(0)
        .explore();
    assertThat(seen).hasSizeGreaterThan(1);
    assertThat(seen.first()).isLessThan(8);
  }

  @Test
  void sampling_visitsTheExtremesAndSinglesAndRepeatsItself() {
    List<List<Long>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      List<Long> checked = new ArrayList<>();
      CrashReport report =
          exploration(
                  Granularity.CACHE_LINE,
                  (medium, log) -> map(medium).fill(0, 320, (byte) 1, CopyMode.NO_FLUSH))
              .check(
                  (medium, log) -> {
                    long arrived = 0;
                    try (PmemMap map = map(medium)) {
                      for (int i = 0; i < 40; i++) {
                        arrived |= map.getLong(i * 8L) == 0 ? 0 : 1L << i;
                      }
                    }
                    checked.add(arrived);
                    return "";
                  })
              .samples(50)
              .seed(7)
              .explore();
      assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.SAMPLED);
      assertThat(report.toString())
          .contains("sampled 133 of about 10^12 states")
          .contains("seed 7");
      runs.add(checked);
    }
    long all = (1L << 40) - 1;
    assertThat(runs.getFirst()).contains(0L, all);
    for (int i = 0; i < 40; i++) {
      assertThat(runs.getFirst()).contains(1L << i, all & ~(1L << i));
    }
    assertThat(runs.getFirst()).hasSizeGreaterThan(110);
    assertThat(runs.get(1)).isEqualTo(runs.getFirst());
  }

  @Test
  void statesAtMost_isSharedAmongTheEvents() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  for (int i = 0; i < 12; i++) {
                    map.putLong(i * 64L, 1);
                  }
                  map.persist(0, 4096);
                  log.acknowledge("done");
                })
            .check((medium, log) -> log.acknowledged().toString())
            .withoutKilledProcesses()
            .statesAtMost(200)
            .explore();
    assertThat(report.states()).isBetween(100L, 200L);
    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.SAMPLED);
    assertThat(outcomes(report)).contains("[done]");
  }

  @Test
  void progress_tellsEveryEvent() {
    List<Progress> told = new ArrayList<>();
    exploration(
            Granularity.CACHE_LINE,
            (medium, log) -> {
              map(medium).putLong(0, 1);
              map(medium).putLong(8, 1);
            })
        .onProgress(told::add)
        .explore();
    assertThat(told.stream().map(Progress::event)).containsExactly(0, 1, 2);
    assertThat(told).allMatch(progress -> progress.events() == 2);
  }

  @Test
  void twoThreads_areRecordedInOneOrder() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  List<Thread> threads = new ArrayList<>();
                  for (int t = 0; t < 2; t++) {
                    long word = t * 8L;
                    threads.add(
                        new Thread(
                            () -> {
                              for (int i = 1; i <= 10; i++) {
                                map.putLong(word, i);
                                map.persist(word, 8);
                                log.acknowledge(word + " " + i);
                              }
                            }));
                  }
                  threads.forEach(Thread::start);
                  for (Thread thread : threads) {
                    thread.join();
                  }
                })
            .verify(
                (medium, log) -> {
                  for (String text : log.acknowledged()) {
                    String[] words = text.split(" ");
                    assertThat(word(medium, Long.parseLong(words[0])))
                        .isGreaterThanOrEqualTo(Long.parseLong(words[1]));
                  }
                })
            .explore()
            .assertConsistent();
    assertThat(report.events()).isEqualTo(2 * 10 * 4);
  }

  // What is told.

  @Test
  void failure_losesNoMoreThanItTakes() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  for (int i = 0; i < 10; i++) {
                    map.putLong(i * 64L, 1);
                  }
                  log.acknowledge("stored");
                })
            .verify(
                (medium, log) -> {
                  if (log.hasAcknowledged("stored")) {
                    assertThat(word(medium, 0) + word(medium, 320)).isPositive();
                  }
                })
            .exhaustiveUpTo(1)
            .seed(1)
            .explore();
    CrashFailure failure = report.failures().getFirst();
    CrashFailure.Crash crash = failure.crashes().getFirst();
    assertThat(crash.event()).isEqualTo(11);
    assertThat(crash.lost()).hasSize(2);
    assertThat(crash.lost().getFirst())
        .contains("data 0x0: 8 bytes stored")
        .contains("event 1 of the run")
        .contains("CrashExplorationTest.java");
    assertThat(crash.lost().get(1)).contains("data 0x140");
    assertThat(failure.acknowledged()).containsExactly("stored");
    assertThat(failure.report())
        .contains("power failure after event 11 of the run, acknowledged \"stored\"")
        .contains("lost, of 10 in doubt")
        .contains("Expecting actual")
        .contains("seed 1");
    assertThatThrownBy(report::assertConsistent)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("power failure after event 11")
        .hasCause(failure.cause());
  }

  @Test
  void failureInRecovery_showsBothCrashesAndWhereRecoveryStored() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(0, 1);
                  map.persist(0, 8);
                })
            .check(
                (medium, log) -> {
                  try (PmemMap map = map(medium)) {
                    assertThat(map.getLong(8)).isZero();
                    if (map.getLong(0) == 1) {
                      recover(map);
                    }
                  }
                  return "";
                })
            .explore();
    CrashFailure failure = report.failures().getFirst();
    assertThat(failure.crashes()).hasSize(2);
    assertThat(failure.crashes().get(1).description())
        .contains("event 1 of recovery")
        .contains("CrashExplorationTest.recover");
  }

  private static void recover(PmemMap map) {
    map.putLong(8, 1);
    map.persist(8, 8);
  }

  @Test
  void failuresAtMost_collectsMore() {
    CrashReport report =
        exploration(
                Granularity.BYTE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  for (int i = 1; i <= 5; i++) {
                    map.putLong(0, i);
                  }
                })
            .verify((medium, log) -> assertThat(word(medium, 0)).isZero())
            .failuresAtMost(3)
            .explore();
    assertThat(report.failures()).hasSize(3);
  }

  @Test
  void stateThatFails_isOneFailureHoweverLongItLasts() {
    CrashReport report =
        exploration(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  PmemMap map = map(medium);
                  map.putLong(0, 1);
                  map.flush(0, 8);
                  map.drain();
                  map.drain();
                })
            .verify((medium, log) -> assertThat(word(medium, 0)).isZero())
            .failuresAtMost(10)
            .explore();
    assertThat(report.failures()).hasSize(1);
    assertThat(outcomes(report)).containsExactly(OutcomeGroup.FAILED, "consistent");
  }

  @Test
  void failingWorkload_isNoCrash() {
    CrashExploration exploration =
        exploration(
            Granularity.BYTE,
            (medium, log) -> {
              throw new IllegalStateException("by itself");
            });
    assertThatThrownBy(exploration::explore)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the workload failed without any crash")
        .hasMessageContaining("by itself");
  }

  @Test
  void explorationOfNoStates_isRefused() {
    CrashExploration exploration = CrashExploration.of(Granularity.BYTE);
    assertThatThrownBy(() -> exploration.statesAtMost(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("statesAtMost: 0 is less than 1");
    assertThatThrownBy(() -> exploration.failuresAtMost(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> exploration.samples(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> exploration.crashesInRecovery(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void programThatOverflowsItsStack_failsWithoutAnyCrash() {
    assertThatThrownBy(
            () -> exploration(Granularity.BYTE, (medium, log) -> throwOverflow()).explore())
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("the workload failed without any crash: java.lang.StackOverflow");
  }

  private static void throwOverflow() {
    throw new StackOverflowError();
  }

  @Test
  void mediumOfAFinishedCheck_isRefused() {
    List<PmemMap> leaked = new ArrayList<>();
    exploration(Granularity.BYTE, (medium, log) -> {})
        .verify((medium, log) -> leaked.add(map(medium)))
        .explore();
    assertThatThrownBy(() -> leaked.getFirst().getLong(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after the run that it was made for");
  }

  private String acknowledged(SimulatedMedium medium, RunLog log) {
    if (log.hasAcknowledged("stored")) {
      assertThat(word(medium, 0)).isNotZero();
    }
    return "";
  }

  private static SortedSet<String> outcomes(CrashReport report) {
    TreeSet<String> outcomes = new TreeSet<>();
    report.outcomes().forEach(group -> outcomes.addAll(group.states().keySet()));
    return outcomes;
  }

  private static CrashExploration exploration(Granularity granularity, Workload program) {
    return CrashExploration.of(granularity).prepare(Programs::createFile).run(program);
  }
}
