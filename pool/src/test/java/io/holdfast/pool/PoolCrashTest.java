package io.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the crash, a pool is there as a whole or can be created, and once created it stays. */
@ParameterizedClass
@EnumSource
final class PoolCrashTest {
  private static final PoolKind KIND = PoolCreationTest.KIND;
  private static final Path PATH = Path.of("/simulated/crashed.pool");
  private static final int POOL_SIZE = 3 * 4096;
  private static final long[] WRITTEN = {PoolHeader.BYTE_SIZE, POOL_SIZE - 512};

  @Parameter private Granularity granularity;

  @ParameterizedTest
  @EnumSource
  void create_crashAnywhere_poolIsCompleteOrAbsent(PoolCreationTest.FileSystem fileSystem) {
    explore(fileSystem, CrashExploration.of(granularity));
  }

  @ParameterizedTest
  @EnumSource
  void create_overUnfinishedPoolAndCrashAnywhere_poolIsCompleteOrUnfinished(
      PoolCreationTest.FileSystem fileSystem) {
    CrashReport report =
        explore(
            fileSystem,
            CrashExploration.of(granularity).prepare((medium, _) -> leaveUnfinished(medium)));

    assertThat(report.outcomes())
        .noneSatisfy(outcomes -> assertThat(outcomes.toString()).contains("absent"));
  }

  private static CrashReport explore(
      PoolCreationTest.FileSystem fileSystem, CrashExploration exploration) {
    CrashReport report =
        exploration
            .run(
                (medium, log) -> {
                  create(fileSystem.wrap(medium)).close();
                  log.acknowledge("created");
                })
            .check(
                (medium, log) -> {
                  String found =
                      findOrCreate(fileSystem.wrap(medium), log.hasAcknowledged("created"));
                  log.acknowledge("created");
                  return found;
                })
            .samplesInRecovery(4096)
            .explore();
    report.assertConsistent();
    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
    return report;
  }

  /** Checks what is there, and brings it to its end as the next start of a program would. */
  private static String findOrCreate(Medium medium, boolean mustExist) {
    try (Pool pool = Pool.open(medium, PATH, KIND)) {
      assertContents(pool);
      return "complete";
    } catch (PoolCorruptedException | SystemCallException e) {
      assertThat(mustExist).as("acknowledged, but %s", e.getMessage()).isFalse();
      if (e instanceof PoolCorruptedException) {
        assertThat(e).hasMessageContaining("its creation was interrupted");
      }
      try (Pool pool = create(medium)) {
        assertContents(pool);
      }
      return e instanceof PoolCorruptedException ? "unfinished" : "absent";
    }
  }

  private static Pool create(Medium medium) {
    return Pool.create(medium, PATH, KIND, POOL_SIZE, PoolCrashTest::writeContents);
  }

  private static void writeContents(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sector = arena.allocate(512).fill((byte) 7);
      for (long position : WRITTEN) {
        file.write(position, sector);
      }
    }
  }

  private static void assertContents(Pool pool) {
    assertThat(pool.file().size()).isEqualTo(POOL_SIZE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment expected = arena.allocate(POOL_SIZE);
      for (long position : WRITTEN) {
        expected.asSlice(position, 512).fill((byte) 7);
      }
      MemorySegment found = arena.allocate(POOL_SIZE);
      pool.file().read(0, found);
      long from = PoolHeader.BYTE_SIZE;
      assertThat(MemorySegment.mismatch(found, from, POOL_SIZE, expected, from, POOL_SIZE))
          .isEqualTo(-1);
    }
  }

  private static void leaveUnfinished(Medium medium) {
    try (PmemFile file = medium.create(PATH);
        Arena arena = Arena.ofConfined()) {
      file.write(0, HeaderPage.composeUnfinished(arena));
      MemorySegment rubbish = arena.allocateFrom(ValueLayout.JAVA_LONG, -1);
      file.write(2 * POOL_SIZE, rubbish);
      file.sync();
      medium.syncFolder(PATH.getParent());
    }
  }
}
