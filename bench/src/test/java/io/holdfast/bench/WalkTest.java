package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WalkTest {
  private static final long BYTES = 1 << 20;

  @Test
  void places_anyWalk_leaveRoomForTheOperation() {
    for (long size : new long[] {8, 64, 100, 4096, BYTES / 2}) {
      for (Walk walk :
          List.of(
              Walk.aligned(0, BYTES, size, 1),
              Walk.sequential(BYTES, size, 2),
              Walk.shifted(BYTES, size, 3, 3))) {
        long slot = walk.first();
        long state = walk.seed();
        for (int i = 0; i < 1000; i++) {
          state += RandomSequence.STEP;
          slot = walk.next(slot, state);
          assertThat(walk.place(slot)).isBetween(0L, BYTES - size);
        }
      }
    }
  }

  @Test
  void next_sequential_visitsAllInTurn() {
    Walk walk = Walk.sequential(256, 64, 5);
    long first = walk.first();
    assertThat(walk.next(walk.next(walk.next(walk.next(first, 0), 0), 0), 0)).isEqualTo(first);
    assertThat(walk.next(3, 0)).isZero();
  }

  @Test
  void place_shifted_liesBehindTheStartOfALine() {
    Walk walk = Walk.shifted(BYTES, 64, 3, 7);
    assertThat(walk.stride()).isEqualTo(128);
    assertThat(walk.place(walk.first()) % 64).isEqualTo(3);
  }
}
