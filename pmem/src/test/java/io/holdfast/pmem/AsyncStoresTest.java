package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies on an executor's threads, which this test runs when it likes. */
final class AsyncStoresTest {
  private static final int SIZE = 8 << 20;

  @TempDir Path folder;
  private final Medium medium = Medium.system();
  private final Queue<Runnable> work = new ArrayDeque<>();
  private PmemMap map = open(Granularity.CACHE_LINE);

  private PmemMap open(Granularity granularity) {
    MapConfig config = MapConfig.defaults().withRequiredGranularity(granularity);
    try (PmemFile file = medium.createUnnamed(Path.of("/dev/shm"))) {
      file.allocate(0, SIZE);
      return ForcedGranularity.during(granularity, () -> medium.map(PmemSource.of(file), config));
    }
  }

  @AfterEach
  void close() {
    map.close();
  }

  private void runWork() {
    work.remove().run();
    assertThat(work).isEmpty();
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(3).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void copyMoveFill_onRealThreads_areWhole(Granularity granularity) {
    map.close();
    map = open(granularity);
    byte[] bytes = noise(3_000_001);
    MemorySegment source = MemorySegment.ofArray(bytes);
    Executor threads = task -> Thread.ofPlatform().start(task);

    map.copyAsync(77, source, 0, bytes.length, threads).join();
    assertThat(map.segment().asSlice(77, bytes.length).mismatch(source)).isEqualTo(-1);

    map.moveAsync(1_000_000, 77, bytes.length, threads).join();
    assertThat(map.segment().asSlice(1_000_000, bytes.length).mismatch(source)).isEqualTo(-1);

    map.moveAsync(5, 1_000_000, bytes.length, threads).join();
    assertThat(map.segment().asSlice(5, bytes.length).mismatch(source)).isEqualTo(-1);

    map.fillAsync(1, bytes.length, (byte) 9, threads).join();
    for (int i = 0; i < bytes.length; i++) {
      assertThat(map.getByte(1 + i)).isEqualTo((byte) 9);
    }
    assertThat(map.getByte(0)).isZero();
  }

  @Test
  void copy_beforeTheExecutorRuns_storesNothingAndIsNotDone() {
    MemorySegment source = MemorySegment.ofArray(noise(100));
    CompletableFuture<Void> future = map.copyAsync(0, source, 0, 100, work::add);

    assertThat(future).isNotDone();
    assertThat(map.getLong(0)).isZero();
    runWork();
    assertThat(future).isCompletedWithValue(null);
    assertThat(map.getByte(99)).isEqualTo(source.get(JAVA_BYTE, 99));
  }

  @Test
  void wrongArguments_throwAtOnceAndStartNothing() {
    MemorySegment source = MemorySegment.ofArray(new byte[100]);
    assertThatThrownBy(() -> map.copyAsync(SIZE - 10, source, 0, 11, work::add))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.copyAsync(0, source, 90, 11, work::add))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.moveAsync(0, SIZE, 1, work::add))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.moveAsync(SIZE, 0, 1, work::add))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.fillAsync(-1, 1, (byte) 0, work::add))
        .isInstanceOf(IndexOutOfBoundsException.class);
    Executor full =
        task -> {
          throw new RejectedExecutionException("full");
        };
    assertThatThrownBy(() -> map.fillAsync(0, 1, (byte) 0, full))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(work).isEmpty();
  }

  @Test
  void readOnlyMapping_isRefusedAtOnce() {
    MapConfig config =
        MapConfig.defaults()
            .withRequiredGranularity(Granularity.PAGE)
            .withProtection(MapConfig.Protection.READ);
    try (PmemMap reading = medium.map(PmemSource.anonymous(4096), config)) {
      assertThatThrownBy(() -> reading.fillAsync(0, 1, (byte) 0, work::add))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void mappingClosedMeanwhile_failsTheFuture() {
    CompletableFuture<Void> fill = map.fillAsync(0, 100, (byte) 1, work::add);
    map.close();
    runWork();
    assertThatThrownBy(fill::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> map.fillAsync(0, 100, (byte) 1, work::add))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sourceClosedMeanwhile_failsTheFuture() {
    CompletableFuture<Void> copy;
    try (Arena arena = Arena.ofShared()) {
      copy = map.copyAsync(0, arena.allocate(4096), 0, 4096, work::add);
    }
    runWork();
    assertThatThrownBy(copy::join).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void fileCutMeanwhile_failsTheFutureWithAMediaError() {
    try (PmemFile file = medium.create(folder.resolve("cut"))) {
      file.allocate(0, 1 << 20);
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.CACHE_LINE);
      try (PmemMap cut =
          ForcedGranularity.during(
              Granularity.CACHE_LINE, () -> medium.map(PmemSource.of(file), config))) {
        CompletableFuture<Void> fill = cut.fillAsync(0, 1 << 20, (byte) 1, work::add);
        file.truncate(4096);
        runWork();
        assertThatThrownBy(fill::join)
            .hasCauseInstanceOf(MediaErrorException.class)
            .hasMessageContaining("the file was cut to 4096 of 1048576");
      }
    }
  }

  @Test
  void cancelled_storesNoFurtherPiece() {
    CompletableFuture<Void> fill = map.fillAsync(0, SIZE, (byte) 1, work::add);
    assertThat(fill.cancel(true)).isTrue();
    runWork();
    assertThatThrownBy(fill::join).isInstanceOf(CancellationException.class);
    assertThat(map.getByte(0)).isZero();
  }
}
