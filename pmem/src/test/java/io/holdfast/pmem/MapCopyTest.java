package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Copy, move and fill through a mapping, over every short length and offset, at every granularity.
 */
final class MapCopyTest {
  private static final int MAX_LENGTH = 2048;
  private static final int LINE = 64;
  private static final int GUARD = 1024;
  private static final int AREA = GUARD + LINE + MAX_LENGTH + GUARD;
  private static final int SIZE = 1 << 20;
  private static final CopyMode[] MODES = {
    CopyMode.PERSIST,
    CopyMode.NO_DRAIN,
    CopyMode.NO_DRAIN.nonTemporal(),
    CopyMode.NO_DRAIN.temporal(),
    CopyMode.NO_FLUSH
  };

  @TempDir Path folder;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment noise = arena.allocate(SIZE, LINE);
  private final MemorySegment expected = arena.allocate(SIZE, LINE);

  MapCopyTest() {
    byte[] bytes = new byte[SIZE];
    new Random(7).nextBytes(bytes);
    noise.copyFrom(MemorySegment.ofArray(bytes));
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private PmemMap map(Granularity granularity) {
    Medium medium = Medium.system();
    MapConfig config = MapConfig.defaults().withRequiredGranularity(granularity);
    try (PmemFile file = medium.createUnnamed(folder)) {
      file.allocate(0, SIZE);
      return ForcedGranularity.during(granularity, () -> medium.map(PmemSource.of(file), config));
    }
  }

  /**
   * At PAGE granularity a mode that flushes is a system call, so that the exhaustive tests do
   * without.
   */
  private static CopyMode mode(Granularity granularity, int round) {
    return granularity == Granularity.PAGE ? CopyMode.NO_FLUSH : MODES[round % MODES.length];
  }

  /** Where the bytes to be copied are. */
  enum Kind {
    NATIVE,
    HEAP,
    MAPPED
  }

  static Stream<Object[]> granularitiesAndSources() {
    return Stream.of(Granularity.values())
        .flatMap(g -> Stream.of(Kind.values()).map(s -> new Object[] {g, s}));
  }

  @ParameterizedTest
  @MethodSource("granularitiesAndSources")
  void copy_everyLengthAndOffset_storesExactlyTheRange(Granularity granularity, Kind kind) {
    try (PmemMap map = map(granularity);
        PmemMap other = map(granularity)) {
      other.copy(0, noise, 0, SIZE, CopyMode.NO_FLUSH);
      MemorySegment source =
          switch (kind) {
            case NATIVE -> noise;
            case HEAP -> MemorySegment.ofArray(noise.toArray(JAVA_BYTE));
            case MAPPED -> other.segment();
          };
      for (int length = 0; length <= MAX_LENGTH; length++) {
        for (int offset = GUARD; offset < GUARD + LINE; offset++) {
          int from = (length + offset) & 31;
          reset(map);
          MemorySegment.copy(noise, from, expected, offset, length);
          map.copy(offset, source, from, length, mode(granularity, length + offset));
          check(map, length, offset);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void move_everyLengthOffsetAndOverlap_movesAsThroughABuffer(Granularity granularity) {
    int[] distances = {-1000, -65, -64, -63, -8, -7, -1, 0, 1, 7, 8, 63, 64, 65, 1000};
    try (PmemMap map = map(granularity)) {
      for (int length = 0; length <= MAX_LENGTH; length++) {
        for (int offset = GUARD; offset < GUARD + LINE; offset++) {
          int distance = distances[(length * LINE + offset) % distances.length];
          reset(map);
          MemorySegment.copy(expected, offset + distance, expected, offset, length);
          map.move(offset, offset + distance, length, mode(granularity, length + offset));
          check(map, length, offset);
        }
      }
    }
  }

  /** Machine code looks at a guard there, and Java code loads through the segment. */
  @Test
  void move_inAReservation_movesAsThroughABuffer() {
    int[] distances = {-900, -65, -8, -1, 0, 3, 8, 64, 900};
    Medium medium = Medium.system();
    try (AddressReservation reservation = AddressReservation.of(SIZE);
        PmemFile file = medium.createUnnamed(folder)) {
      file.allocate(0, SIZE);
      MapConfig config =
          MapConfig.defaults()
              .withRequiredGranularity(Granularity.CACHE_LINE)
              .withReservation(reservation, 0);
      try (PmemMap map =
          ForcedGranularity.during(
              Granularity.CACHE_LINE, () -> medium.map(PmemSource.of(file), config))) {
        for (int length = 0; length <= MAX_LENGTH; length += 1 + length / 64) {
          for (int offset = GUARD; offset < GUARD + LINE; offset++) {
            int distance = distances[(length + offset) % distances.length];
            reset(map);
            MemorySegment.copy(expected, offset + distance, expected, offset, length);
            map.move(offset, offset + distance, length, MODES[(length + offset) % MODES.length]);
            check(map, length, offset);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void fill_everyLengthAndOffset_storesExactlyTheRange(Granularity granularity) {
    try (PmemMap map = map(granularity)) {
      for (int length = 0; length <= MAX_LENGTH; length++) {
        for (int offset = GUARD; offset < GUARD + LINE; offset++) {
          reset(map);
          expected.asSlice(offset, length).fill((byte) -3);
          map.fill(offset, length, (byte) -3, mode(granularity, length + offset));
          check(map, length, offset);
        }
      }
    }
  }

  /** Puts the same noise into the area and into what is expected of it. */
  private void reset(PmemMap map) {
    MemorySegment.copy(noise, 4096, map.segment(), 0, AREA);
    MemorySegment.copy(noise, 4096, expected, 0, AREA);
  }

  private void check(PmemMap map, int length, int offset) {
    long mismatch = MemorySegment.mismatch(expected, 0, AREA, map.segment(), 0, AREA);
    if (mismatch != -1) {
      throw new AssertionError(
          "length %d at offset %d: byte %d differs".formatted(length, offset, mismatch));
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void copyMoveFill_longerThanAPiece_areWhole(Granularity granularity) {
    int length = 700_001;
    try (PmemMap map = map(granularity)) {
      map.copy(13, noise, 5, length, CopyMode.PERSIST);
      assertThat(MemorySegment.mismatch(noise, 5, 5 + length, map.segment(), 13, 13 + length))
          .isEqualTo(-1);

      map.move(100_003, 13, length, CopyMode.PERSIST);
      assertThat(
              MemorySegment.mismatch(
                  noise, 5, 5 + length, map.segment(), 100_003, 100_003 + length))
          .isEqualTo(-1);

      map.move(50_001, 100_003, length, CopyMode.PERSIST.nonTemporal());
      assertThat(
              MemorySegment.mismatch(noise, 5, 5 + length, map.segment(), 50_001, 50_001 + length))
          .isEqualTo(-1);

      map.fill(3, length, (byte) 9, CopyMode.PERSIST);
      expected.fill((byte) 9);
      assertThat(MemorySegment.mismatch(expected, 0, length, map.segment(), 3, 3 + length))
          .isEqualTo(-1);
    }
  }

  @Test
  void copy_sourceArenaClosed_throwsAndStoresNothing() {
    Arena closed = Arena.ofShared();
    MemorySegment source = closed.allocate(512).fill((byte) 1);
    closed.close();
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      assertThatThrownBy(() -> map.copy(0, source, 0, 512, CopyMode.PERSIST))
          .isInstanceOf(IllegalStateException.class);
      assertThat(map.getLong(0)).isZero();
    }
  }

  @Test
  void copy_sourceOfAnotherThread_throws() throws InterruptedException {
    MemorySegment[] source = new MemorySegment[1];
    Thread owner = Thread.ofPlatform().start(() -> source[0] = Arena.ofConfined().allocate(512));
    owner.join();
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      assertThatThrownBy(() -> map.copy(0, source[0], 0, 512, CopyMode.PERSIST))
          .isInstanceOf(WrongThreadException.class);
    }
  }

  @Test
  void copy_rangeOutsideSource_throwsAndStoresNothing() {
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      assertThatThrownBy(() -> map.copy(0, noise, SIZE - 7, 8, CopyMode.PERSIST))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(map.getLong(0)).isZero();
    }
  }
}
