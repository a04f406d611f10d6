package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs store through a mapping's segment is found, and crashed as other stores are. */
class UntrackedStoresTest {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static Set<String> outcomes(Granularity granularity, Workload workload, Check check) {
    Set<String> outcomes = new TreeSet<>();
    CrashExploration.of(granularity)
        .prepare(
            (medium, log) -> {
              Programs.createFile(medium, log);
              try (PmemFile file = medium.open(Programs.FILE, FileAccess.READ_WRITE)) {
                file.allocate(0, 8192);
              }
            })
        .run(workload)
        .check(check)
        .explore()
        .assertConsistent()
        .outcomes()
        .forEach(group -> outcomes.addAll(group.states().keySet()));
    return outcomes;
  }

  private static String words(SimulatedMedium medium, long... offsets) {
    List<String> words = new ArrayList<>();
    try (PmemMap map = Programs.map(medium)) {
      for (long offset : offsets) {
        words.add(Long.toString(map.getLong(offset)));
      }
    }
    return String.join(" ", words);
  }

  @Test
  void wordsOfOneLine_arriveInAnySubset() {
    assertThat(
            outcomes(
                Granularity.CACHE_LINE,
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    MemorySegment segment = map.segment();
                    segment.set(LONG, 0, 1);
                    segment.set(LONG, 8, 2);
                    segment.set(LONG, 640, 3);
                    map.drain();
                  }
                },
                (medium, _) -> words(medium, 0, 8, 640)))
        .containsExactlyInAnyOrder(
            "0 0 0", "1 0 0", "0 2 0", "1 2 0", "0 0 3", "1 0 3", "0 2 3", "1 2 3");
  }

  @Test
  void flushAndFence_makeThemDurable() {
    assertThat(
            outcomes(
                Granularity.CACHE_LINE,
                (medium, log) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    MemorySegment segment = map.segment();
                    segment.set(LONG, 0, 1);
                    map.persist(0, 8);
                    log.acknowledge("first");
                    segment.set(LONG, 64, 2);
                    map.persist(64, 8);
                    log.acknowledge("second");
                  }
                },
                (medium, log) -> log.acknowledged() + " " + words(medium, 0, 64)))
        .containsExactlyInAnyOrder(
            "[] 0 0", "[] 1 0", "[first] 1 0", "[first] 1 2", "[first, second] 1 2");
  }

  @Test
  void forgottenFlush_isFoundAsFailure() {
    CrashReport report =
        CrashExploration.of(Granularity.CACHE_LINE)
            .prepare(Programs::createFile)
            .run(
                (medium, log) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    map.segment().set(LONG, 128, 7);
                    map.persist(0, 8);
                    log.acknowledge("stored");
                  }
                })
            .verify(
                (medium, log) -> {
                  if (log.hasAcknowledged("stored")) {
                    assertThat(words(medium, 128)).isEqualTo("7");
                  }
                })
            .explore();
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst().report())
        .contains("0x80: 1 bytes stored")
        .contains("an unknown thread, found by");
  }

  @Test
  void diagnosis_saysBetweenWhichEvents() {
    CrashReport report =
        CrashExploration.of(Granularity.CACHE_LINE)
            .prepare(Programs::createFile)
            .run(
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    map.putLong(0, 1);
                    map.persist(0, 8);
                    map.segment().set(LONG, 128, 7);
                    map.persist(128, 8);
                  }
                })
            .explore();
    assertThat(report.diagnosis()).hasSize(1);
    Finding finding = report.diagnosis().getFirst();
    assertThat(finding.kind()).isEqualTo(Finding.Kind.UNTRACKED_STORE);
    // Events 1 to 3 are the first store, its flush and its fence; 4 is this one.
    assertThat(finding.first())
        .contains("data 0x80", "since event 3", "an unknown thread, found by");
    assertThat(finding.where()).contains("diagnosis_saysBetweenWhichEvents");
  }

  @Test
  void bytesThatDidNotChange_stayThoseOfTheOlderStore() {
    assertThat(
            outcomes(
                Granularity.CACHE_LINE,
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    map.putInt(0, 5);
                    map.segment().set(ValueLayout.JAVA_INT, 4, 6);
                    map.drain();
                  }
                },
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    return map.getInt(0) + " " + map.getInt(4);
                  }
                }))
        .containsExactlyInAnyOrder("0 0", "5 0", "0 6", "5 6");
  }

  @Test
  void wordStoredToBeforeAMethodStoresToIt_mayKeepEither() {
    assertThat(
            outcomes(
                Granularity.CACHE_LINE,
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    map.segment().set(LONG, 0, 1);
                    map.putLong(0, 2);
                  }
                },
                (medium, _) -> words(medium, 0)))
        .containsExactlyInAnyOrder("0", "1", "2");
  }

  @Test
  void segmentKeptWhileTheMappingGrows_isStillTracked() {
    assertThat(
            outcomes(
                Granularity.CACHE_LINE,
                (medium, _) -> {
                  try (PmemFile file = medium.open(Programs.FILE, FileAccess.READ_WRITE);
                      PmemMap map =
                          medium.map(
                              PmemSource.of(file),
                              MapConfig.defaults()
                                  .withRequiredGranularity(Granularity.PAGE)
                                  .withReserve(64L << 20))) {
                    MemorySegment old = map.segment();
                    file.allocate(0, 40L << 20);
                    file.sync();
                    map.grow(40L << 20);
                    old.set(LONG, 0, 1);
                    map.persist(0, 8);
                    assertThat(map.getLong(0)).isEqualTo(1);
                    assertThat(map.segment().get(LONG, 0)).isEqualTo(1);
                    map.putLong(8, 2);
                    assertThat(old.get(LONG, 8)).isEqualTo(2);
                  }
                },
                (medium, _) -> words(medium, 0, 8)))
        .contains("0 0", "1 0", "1 2")
        .doesNotContain("0 2");
  }

  @Test
  void storesOfRecovery_areCrashedToo() {
    // A recovery that marks itself done before its repair is durable.
    CrashReport report =
        CrashExploration.of(Granularity.CACHE_LINE)
            .prepare(Programs::createFile)
            .run(
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    map.putLong(0, 1);
                    map.persist(0, 8);
                  }
                })
            .check(
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    MemorySegment segment = map.segment();
                    if (segment.get(LONG, 0) == 1) {
                      if (segment.get(LONG, 64) == 1) {
                        assertThat(segment.get(LONG, 128)).isEqualTo(1);
                      }
                      segment.set(LONG, 128, 1);
                      segment.set(LONG, 64, 1);
                      map.persist(64, 72);
                    }
                    return "opened";
                  }
                })
            .explore();
    assertThat(report.failures()).hasSize(1);
  }

  @Test
  void whatOneStateStored_isNotSeenInTheNext() {
    int[] checks = new int[1];
    CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .crashesInRecovery(0)
        .run(
            (medium, _) -> {
              try (PmemMap map = Programs.map(medium)) {
                for (int i = 0; i < 6; i++) {
                  map.putLong(i * 8L, 1);
                }
              }
            })
        .verify(
            (medium, _) -> {
              checks[0]++;
              try (PmemMap map = Programs.map(medium);
                  PmemMap own = Programs.map(medium, MapConfig.Sharing.PRIVATE)) {
                assertThat(map.segment().get(LONG, 2048)).isZero();
                assertThat(own.segment().get(LONG, 2056)).isZero();
                map.segment().set(LONG, 2048, checks[0]);
                own.segment().set(LONG, 2056, checks[0]);
              }
            })
        .explore()
        .assertConsistent();
    assertThat(checks[0]).isEqualTo(64);
  }

  @Test
  void mappingFromAnOffsetOn_isTrackedThere() {
    assertThat(
            outcomes(
                Granularity.CACHE_LINE,
                (medium, _) -> {
                  try (PmemFile file = medium.open(Programs.FILE, FileAccess.READ_WRITE);
                      PmemMap map =
                          medium.map(
                              PmemSource.of(file),
                              MapConfig.defaults()
                                  .withRequiredGranularity(Granularity.PAGE)
                                  .withOffset(4096))) {
                    map.segment().set(LONG, 8, 1);
                    map.persist(8, 8);
                  }
                },
                (medium, _) -> words(medium, 8, 4104)))
        .containsExactlyInAnyOrder("0 0", "0 1");
  }

  @Test
  void privateMapping_keepsWhatWasStoredThroughItsSegment() {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    Programs.createFile(medium, null);
    try (PmemMap own = Programs.map(medium, MapConfig.Sharing.PRIVATE);
        PmemMap shared = Programs.map(medium)) {
      own.segment().set(LONG, 0, 1);
      shared.putLong(8, 2);
      assertThat(own.getLong(0)).isEqualTo(1);
      assertThat(own.getLong(8)).as("the page is the mapping's own").isZero();
      assertThat(shared.getLong(0)).isZero();
    }
  }

  @Test
  void preparation_keepsWhatWasStoredThroughASegment() {
    assertThat(
            CrashExploration.of(Granularity.CACHE_LINE)
                .prepare(
                    (medium, log) -> {
                      Programs.createFile(medium, log);
                      try (PmemMap map = Programs.map(medium)) {
                        map.segment().set(LONG, 0, 9);
                      }
                    })
                .run((medium, _) -> assertThat(words(medium, 0)).isEqualTo("9"))
                .check((medium, _) -> words(medium, 0))
                .explore()
                .outcomes()
                .getFirst()
                .states())
        .containsOnlyKeys("9");
  }

  @ParameterizedTest
  @EnumSource
  void readOnlyMapping_cannotBeStoredTo(Granularity granularity) {
    SimulatedMedium medium = SimulatedMedium.of(granularity);
    Programs.createFile(medium, null);
    try (PmemMap map =
        medium.map(
            PmemSource.of(Programs.FILE),
            MapConfig.defaults()
                .withRequiredGranularity(Granularity.PAGE)
                .withProtection(MapConfig.Protection.READ))) {
      assertThat(map.segment().isReadOnly()).isTrue();
    }
  }

  @Test
  void copiesThroughMethods_areNotFoundAgain() {
    CrashReport report =
        CrashExploration.of(Granularity.CACHE_LINE)
            .prepare(Programs::createFile)
            .run(
                (medium, _) -> {
                  try (PmemMap map = Programs.map(medium)) {
                    MemorySegment segment = map.segment();
                    map.copy(3, Programs.bytes("a method"), 0, 8, CopyMode.PERSIST);
                    map.fill(100, 33, (byte) 1, CopyMode.PERSIST);
                    map.move(200, 100, 33, CopyMode.PERSIST);
                    map.putLong(0, segment.get(LONG, 0) + 1);
                    map.persist(0, 8);
                  }
                })
            .explore();
    // A store and a fence for each of the copies, which go past the caches; then store, flush,
    // fence.
    assertThat(report.events()).isEqualTo(9);
  }
}
