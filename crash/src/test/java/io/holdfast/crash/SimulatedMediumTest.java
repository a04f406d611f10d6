package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.FOLDER;
import static io.holdfast.crash.Programs.bytes;
import static io.holdfast.crash.Programs.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.pmem.AddressReservation;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.GranularityUnavailableException;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a program sees of a simulated medium and the real one has no test for, or cannot be made to
 * do.
 */
class SimulatedMediumTest {
  private static final RunLog NO_LOG = new RecordedLog(null, List.of());

  private final SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void map_reportsTheMediumsGranularityAndByteIfPrivate(Granularity granularity) {
    SimulatedMedium own = SimulatedMedium.of(granularity);
    Programs.createFile(own, NO_LOG);
    assertThat(map(own).granularity()).isEqualTo(granularity);
    assertThat(map(own, MapConfig.Sharing.PRIVATE).granularity()).isEqualTo(Granularity.BYTE);
  }

  @Test
  void map_finerThanAvailable_throws() {
    Programs.createFile(medium, NO_LOG);
    assertThatThrownBy(
            () ->
                medium.map(
                    PmemSource.of(FILE),
                    MapConfig.defaults().withRequiredGranularity(Granularity.CACHE_LINE)))
        .isInstanceOf(GranularityUnavailableException.class)
        .hasMessageContaining("granularity CACHE_LINE is required and PAGE available");
  }

  @Test
  void map_whatNeedsRealAddresses_isNotSupported() {
    Programs.createFile(medium, NO_LOG);
    MapConfig any = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    try (AddressReservation reservation = AddressReservation.of(1 << 20)) {
      for (MapConfig config :
          List.of(
              any.withReservation(reservation, 0), any.withProtection(MapConfig.Protection.NONE))) {
        assertThatThrownBy(() -> medium.map(PmemSource.of(FILE), config))
            .isInstanceOfSatisfying(
                MapException.class,
                e -> assertThat(e.reason()).isEqualTo(MapException.Reason.NOT_SUPPORTED));
      }
    }
  }

  @Test
  void map_fileOfAnotherMedium_throws() {
    PmemFile file = SimulatedMedium.of(Granularity.PAGE).create(FILE);
    assertThatThrownBy(
            () ->
                medium.map(
                    PmemSource.of(file),
                    MapConfig.defaults().withRequiredGranularity(Granularity.PAGE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a file of another medium");
  }

  @Test
  void grow_keepsOldSegmentsCurrent() {
    PmemFile file = medium.create(FILE);
    file.allocate(0, 4096);
    PmemMap shared = mapReserving(MapConfig.Sharing.SHARED);
    PmemMap own = mapReserving(MapConfig.Sharing.PRIVATE);
    MemorySegment before = shared.segment();
    MemorySegment ownBefore = own.segment();
    file.allocate(0, 32 << 20);
    shared.grow(32 << 20);
    own.grow(32 << 20);
    shared.putLong(8, 7);
    assertThat(before.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
    assertThat(ownBefore.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
    own.putLong(8, 9);
    assertThat(ownBefore.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(9);
    assertThat(own.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(9);
    assertThat(shared.getLong(8)).isEqualTo(7);
  }

  private PmemMap mapReserving(MapConfig.Sharing sharing) {
    return medium.map(
        PmemSource.of(FILE),
        MapConfig.defaults()
            .withRequiredGranularity(Granularity.PAGE)
            .withSharing(sharing)
            .withReserve(64 << 20));
  }

  @Test
  void access_beyondTheEndOfACutFile_isAMediaError() {
    Programs.createFile(medium, NO_LOG);
    PmemMap map = map(medium);
    try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
      file.truncate(0);
    }
    assertThatThrownBy(() -> map.getLong(0)).isInstanceOf(MediaErrorException.class);
  }

  @Test
  void lock_isHeldByOneOpenFileUntilItIsClosed() {
    Programs.createFile(medium, NO_LOG);
    PmemFile first = medium.open(FILE, FileAccess.READ_WRITE);
    PmemFile second = medium.open(FILE, FileAccess.READ_WRITE);
    assertThat(first.tryLock()).isTrue();
    assertThat(first.tryLock()).isTrue();
    assertThat(second.tryLock()).isFalse();
    first.close();
    assertThat(second.tryLock()).isTrue();
  }

  @Test
  void files_areListedUnderAbsoluteNames() {
    medium.create(Path.of("/simulated/b")).close();
    medium.create(Path.of("/simulated/x/../a")).close();
    assertThat(medium.files()).containsExactly(Path.of("/simulated/a"), Path.of("/simulated/b"));
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void failAt_failsThatCallOnly(Operation operation) {
    Programs.createFile(medium, NO_LOG);
    medium.failAt(operation, 2);
    call(operation, 1);
    assertThatThrownBy(() -> call(operation, 2))
        .isInstanceOf(
            operation == Operation.ALLOCATE ? OutOfSpaceException.class : SystemCallException.class)
        .hasMessageContaining(operation.call());
    call(operation, 3);
  }

  private void call(Operation operation, int number) {
    Path other = FOLDER.resolve("other" + number);
    try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
      switch (operation) {
        case CREATE -> medium.create(other).close();
        case WRITE -> file.write(0, bytes("x"));
        case SYNC -> file.sync();
        case ALLOCATE -> file.allocate(0, 8192);
        case TRUNCATE -> file.truncate(4096);
        case FLUSH -> map(medium).flush(0, 8);
        case PUBLISH -> {
          try (PmemFile unnamed = medium.createUnnamed(FOLDER)) {
            unnamed.publish(other);
          }
        }
        case RENAME -> {
          medium.create(other).close();
          medium.rename(other, FOLDER.resolve("renamed"));
        }
        case DELETE -> {
          medium.create(other).close();
          medium.delete(other);
        }
        case SYNC_FOLDER -> medium.syncFolder(FOLDER);
      }
    }
  }

  @Test
  void limitSpace_failsWhatExceedsItAndChangesNothing() {
    Programs.createFile(medium, NO_LOG);
    medium.limitSpace(8192);
    try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
      assertThatThrownBy(() -> file.allocate(4096, 8192)).isInstanceOf(OutOfSpaceException.class);
      assertThatThrownBy(() -> file.write(8190, bytes("text")))
          .isInstanceOf(OutOfSpaceException.class)
          .hasMessageContaining("exceed the medium's 8192, of which 4096 are used");
      assertThat(file.size()).isEqualTo(4096);
      file.allocate(4096, 4096);
      assertThat(file.size()).isEqualTo(8192);
    }
  }

  @Test
  void failedSync_isFinal() {
    CrashReport report =
        CrashExploration.of(Granularity.PAGE)
            .prepare(Programs::createFile)
            .run(
                (simulated, log) -> {
                  try (PmemFile file = simulated.open(FILE, FileAccess.READ_WRITE)) {
                    file.write(0, bytes("x"));
                    simulated.failAt(Operation.SYNC, 1);
                    assertThatThrownBy(file::sync).isInstanceOf(SystemCallException.class);
                    file.sync();
                    log.acknowledge("synced");
                  }
                })
            .check(
                (simulated, log) ->
                    log.acknowledged() + Programs.read(simulated, FILE).substring(0, 1))
            .explore();
    assertThat(report.outcomes().getLast().states()).containsOnlyKeys("[synced]\0", "[synced]x");
  }

  @Test
  void failedDurableWrite_mayHaveArrived() {
    CrashReport report =
        CrashExploration.of(Granularity.PAGE)
            .prepare(Programs::createFile)
            .run(
                (simulated, log) -> {
                  try (PmemFile file = simulated.open(FILE, FileAccess.READ_WRITE)) {
                    simulated.failAt(Operation.WRITE, 1);
                    assertThatThrownBy(() -> file.writeDurably(0, bytes("x")))
                        .isInstanceOf(SystemCallException.class);
                    log.acknowledge("failed");
                  }
                })
            .check(
                (simulated, log) ->
                    log.acknowledged() + Programs.read(simulated, FILE).substring(0, 1))
            .explore();
    assertThat(report.outcomes().getLast().states()).containsOnlyKeys("[failed]\0", "[failed]x");
  }

  @Test
  void unnamedFile_leavesNothingUntilPublishedAndSynced() {
    CrashReport report =
        CrashExploration.of(Granularity.PAGE)
            .run(
                (simulated, log) -> {
                  try (PmemFile file = simulated.createUnnamed(FOLDER)) {
                    file.write(0, bytes("x"));
                    file.sync();
                    file.publish(FILE);
                    simulated.syncFolder(FOLDER);
                  }
                })
            .check((simulated, log) -> simulated.files().toString())
            .explore();
    assertThat(report.outcomes().stream().map(Object::toString))
        .containsExactly(
            "after events 0-2: \"[]\" (3 states)",
            "after event 3: \"[/simulated/data]\" (1 state), \"[]\" (1 state)",
            "after event 4: \"[/simulated/data]\" (1 state)");
  }

  @Test
  void randomLong_sameContent_isTheSameAgainAndNeverTwice() {
    SimulatedMedium other = SimulatedMedium.of(Granularity.PAGE);
    long first = medium.randomLong();
    assertThat(other.randomLong()).isEqualTo(first);
    assertThat(medium.randomLong()).isNotEqualTo(first);
    assertThat(other.now()).isEqualTo(SimulatedMedium.of(Granularity.PAGE).now());
  }

  @Test
  void randomLong_otherContentAfterACrash_isAnother() {
    Map<Long, Long> drawn = new TreeMap<>();
    CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .run((run, _) -> map(run).putLong(0, 7))
        .check(
            (crashed, _) -> {
              long content = map(crashed).getLong(0);
              drawn.put(content, crashed.randomLong());
              return "content " + content;
            })
        .explore()
        .assertConsistent();
    assertThat(drawn).containsOnlyKeys(0L, 7L);
    assertThat(drawn.get(0L)).isNotEqualTo(drawn.get(7L));
  }
}
