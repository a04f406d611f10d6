package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.UnsafeShutdown;
import io.holdfast.pmem.UnsafeShutdown.Device;
import io.holdfast.pmem.UnsafeShutdownException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The record of unsafe shutdowns, crashed everywhere.
 *
 * <p>A platform that fails to write its buffers is a medium of page granularity: there only a deep
 * flush makes anything certain, as long as nothing else synchronises.
 */
final class UnsafeShutdownCrashTest {
  private static final Path FILE = Path.of("/simulated/file");
  private static final long OFFSET = 64;
  private static final long LEFT = 4096;
  private static final long RIGHT = 4096 + 256;

  private static final Optional<Device> DEVICE = Optional.of(new Device("dimm 1", 5));
  private static final Optional<Device> AFTER_FAILURE = Optional.of(new Device("dimm 1", 6));
  private static final Optional<Device> OTHER = Optional.of(new Device("dimm 2", 9));

  private static void create(Medium medium) {
    try (PmemFile file = medium.create(FILE)) {
      file.allocate(0, 8192);
      file.sync();
    }
    medium.syncFolder(FILE.getParent());
  }

  private static PmemMap map(Medium medium) {
    try (PmemFile file = medium.open(FILE, FileAccess.READ_WRITE)) {
      return medium.map(
          PmemSource.of(file), MapConfig.defaults().withRequiredGranularity(Granularity.PAGE));
    }
  }

  /** Changes two words that belong together, and nothing but the record says when. */
  private static void change(PmemMap map, Optional<Device> device, long value) {
    UnsafeShutdown state = UnsafeShutdown.open(map, OFFSET, device);
    state.begin();
    map.putLong(LEFT, value);
    map.putLong(RIGHT, value);
    map.deepFlush(LEFT, RIGHT + 8 - LEFT);
    state.end();
  }

  private static CrashReport explore(CrashExploration exploration) {
    CrashReport report = exploration.samplesInRecovery(4096).explore().assertConsistent();
    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
    return report;
  }

  @Test
  void platformFails_whatIsAcceptedIsWhole() {
    CrashReport report =
        explore(
            CrashExploration.of(Granularity.PAGE)
                .prepare((medium, _) -> create(medium))
                .run(
                    (medium, _) -> {
                      try (PmemMap map = map(medium)) {
                        change(map, DEVICE, 1);
                        change(map, DEVICE, 2);
                      }
                    })
                .crashesInRecovery(0)
                .check(
                    (medium, _) -> {
                      try (PmemMap map = map(medium)) {
                        UnsafeShutdown state = UnsafeShutdown.open(map, OFFSET, AFTER_FAILURE);
                        assertThat(map.getLong(LEFT)).isEqualTo(map.getLong(RIGHT));
                        return state.finding().toString();
                      } catch (UnsafeShutdownException e) {
                        return "refused";
                      }
                    }));

    assertThat(report.toString()).contains("refused", "NEW_DEVICE", "NOT_IN_USE");
  }

  @ParameterizedTest
  @EnumSource
  void platformHolds_nothingIsRefused(Granularity granularity) {
    CrashReport report =
        explore(
            CrashExploration.of(granularity)
                .prepare((medium, _) -> create(medium))
                .run(
                    (medium, _) -> {
                      try (PmemMap map = map(medium)) {
                        change(map, DEVICE, 1);
                      }
                    })
                .check(
                    (medium, _) -> {
                      try (PmemMap map = map(medium)) {
                        return UnsafeShutdown.open(map, OFFSET, DEVICE).finding().toString();
                      }
                    }));

    assertThat(report.toString()).contains("NEW_DEVICE", "NOTHING_LOST").doesNotContain("refused");
  }

  /** Left by other DIMMs in use, so that a word of theirs taken for ours would be refused. */
  @ParameterizedTest
  @EnumSource
  void movedToOtherDimms_andCrashed_isAcceptedOnBoth(Granularity granularity) {
    for (Optional<Device> last : java.util.List.of(DEVICE, OTHER)) {
      explore(
          CrashExploration.of(granularity)
              .prepare(
                  (medium, _) -> {
                    create(medium);
                    try (PmemMap map = map(medium)) {
                      UnsafeShutdown.open(map, OFFSET, OTHER).begin();
                      map.deepFlush(0, map.size());
                    }
                  })
              .run(
                  (medium, _) -> {
                    try (PmemMap map = map(medium)) {
                      UnsafeShutdown.open(map, OFFSET, DEVICE);
                    }
                  })
              .verify(
                  (medium, _) -> {
                    try (PmemMap map = map(medium)) {
                      UnsafeShutdown.open(map, OFFSET, last);
                    }
                  }));
    }
  }

  /** The platform failed while nothing was in use: the new count is taken, whatever crashes. */
  @ParameterizedTest
  @EnumSource
  void countRisen_andCrashed_isTakenLater(Granularity granularity) {
    explore(
        CrashExploration.of(granularity)
            .prepare(
                (medium, _) -> {
                  create(medium);
                  try (PmemMap map = map(medium)) {
                    change(map, DEVICE, 1);
                  }
                })
            .run(
                (medium, _) -> {
                  try (PmemMap map = map(medium)) {
                    UnsafeShutdown.open(map, OFFSET, AFTER_FAILURE).begin();
                  }
                })
            .verify(
                (medium, _) -> {
                  try (PmemMap map = map(medium)) {
                    UnsafeShutdown.open(map, OFFSET, AFTER_FAILURE);
                  }
                }));
  }
}
