package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The moves, both directions, through the caches and past them, for every width this processor has,
 * against the JDK's copy.
 */
final class MoveRoutinesTest {
  private static final VarHandle WORD = JAVA_LONG.varHandle();
  private static final int LINE = 64;
  private static final int MARGIN = 1024;
  private static final int MAX_LENGTH = 600;
  private static final int AREA = MARGIN + LINE + MAX_LENGTH + MARGIN;
  private static final int LONG_AREA = 64 << 10;
  private static final long SEED = Long.getLong("holdfast.seed", new Random().nextLong());
  private static final int[] MODES = {
    CpuRoutines.FLUSH | CpuRoutines.FENCE,
    CpuRoutines.FLUSH | CopyRules.PAST_CACHES,
    CopyRules.PAST_CACHES | CpuRoutines.FENCE,
    CpuRoutines.FLUSH | CpuRoutines.FENCE | CopyRules.PAST_CACHES,
    0
  };

  private final Arena arena = Arena.ofShared();
  private final MemorySegment noise = arena.allocate(LONG_AREA, LINE);
  private final MemorySegment area = arena.allocate(LONG_AREA, LINE);
  private final MemorySegment expected = arena.allocate(LONG_AREA, LINE);

  MoveRoutinesTest() {
    byte[] bytes = new byte[LONG_AREA];
    new Random(42).nextBytes(bytes);
    noise.copyFrom(MemorySegment.ofArray(bytes));
  }

  static List<CpuRoutines> routines() {
    return CpuRoutinesTest.routines();
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private void assertMoves(
      MoveRoutines moves, int bytes, int offset, int distance, int length, int mode) {
    MemorySegment.copy(noise, 0, area, 0, bytes);
    MemorySegment.copy(noise, 0, expected, 0, bytes);
    MemorySegment.copy(expected, offset + distance, expected, offset, length);
    long to = area.address() + offset;
    moves.move(to, to + distance, 0x55, length, mode, MoveRoutines.NO_GUARD);
    long mismatch = MemorySegment.mismatch(expected, 0, bytes, area, 0, bytes);
    if (mismatch != -1) {
      throw new AssertionError(
          "%d bytes from offset %d + %d, mode %d: byte %d differs"
              .formatted(length, offset, distance, mode, mismatch));
    }
  }

  @ParameterizedTest
  @MethodSource("routines")
  void move_everyLengthAndOffset_isTheJdksCopy(CpuRoutines routines) {
    int[] distances = {
      -700, -65, -64, -63, -33, -16, -9, -8, -7, -1, 0, 1, 7, 8, 9, 16, 33, 63, 64, 65, 700
    };
    for (int length = 1; length <= MAX_LENGTH; length++) {
      for (int offset = 0; offset < LINE; offset++) {
        int round = length * LINE + offset + length / 7;
        int mode = MODES[round % MODES.length];
        assertMoves(
            routines.moves(),
            AREA,
            MARGIN + offset,
            distances[round % distances.length],
            length,
            mode);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("routines")
  void move_anyLengthAndOverlap_isTheJdksCopy(CpuRoutines routines) {
    System.out.println("holdfast.seed=" + SEED);
    Random random = new Random(SEED);
    for (int round = 0; round < 3_000; round++) {
      int length = 1 + random.nextInt(LONG_AREA / (1 << random.nextInt(10)) - 1);
      int offset = random.nextInt(LONG_AREA - length + 1);
      int from = random.nextInt(LONG_AREA - length + 1);
      assertMoves(
          routines.moves(), LONG_AREA, offset, from - offset, length, MODES[round % MODES.length]);
    }
  }

  @Test
  void move_guardSet_storesNothing() {
    MoveRoutines moves = routines().getFirst().moves();
    MemorySegment guard = arena.allocateFrom(JAVA_LONG, 1);
    MemorySegment.copy(noise, 0, area, 0, LONG_AREA);
    for (int mode : MODES) {
      moves.move(area.address() + 3, area.address() + 500, 0, 2000, mode, guard.address());
      moves.move(area.address() + 500, area.address() + 3, 0, 2000, mode, guard.address());
    }
    assertThat(noise.mismatch(area)).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("routines")
  void move_seenByAnotherThread_tearsNoAlignedWord(CpuRoutines routines) throws Exception {
    // First bytes first: all but the odd ends of what follows byte 5. Last bytes first: what the
    // destination, from byte 8192 + 100 on, has in front of the source.
    MemorySegment up = area.asSlice(8, 504);
    MemorySegment down = area.asSlice(8192 + 512, 96);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong torn = new AtomicLong();
    area.fill((byte) 0);
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    look(up, torn);
                    look(down, torn);
                  }
                });
    for (int round = 0; round < 20_000; round++) {
      int mode = MODES[round % MODES.length];
      area.asSlice(4096, 520).fill((byte) round);
      move(routines, 5, 4096 + (round & 7), mode);
      area.asSlice(8192, 510).fill((byte) round);
      move(routines, 8192 + 100, 8192, mode);
    }
    stop.set(true);
    reader.join();
    assertThat(torn.get()).as("a word with unequal bytes").isZero();
  }

  private void move(CpuRoutines routines, long offset, long from, int mode) {
    long start = area.address();
    routines.moves().move(start + offset, start + from, 0, 510, mode, MoveRoutines.NO_GUARD);
  }

  private static void look(MemorySegment words, AtomicLong torn) {
    for (long at = 0; at < words.byteSize(); at += 8) {
      long word = (long) WORD.getOpaque(words, at);
      if (word != (word & 0xFF) * 0x0101_0101_0101_0101L) {
        torn.set(word);
      }
    }
  }
}
