package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Free runs of pages, against a bit per page. */
final class FreePagesTest {
  private static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());
  private static final int PAGES = 500;
  private static final long BASE = 1 << 20;

  private final FreePages free = new FreePages();
  private final BitSet model = new BitSet(PAGES);

  @Test
  void give_betweenNeighbours_joinsThem() {
    free.give(BASE, 2);
    free.give(BASE + 5 * 4096, 1);
    assertThat(free.longest()).isEqualTo(2);
    free.give(BASE + 2 * 4096, 3);
    assertThat(free.longest()).isEqualTo(6);
    assertThat(free.take(6)).isEqualTo(BASE);
    assertThat(free.total()).isZero();
  }

  @Test
  void take_moreThanTheLongestRun_isRefusedAndChangesNothing() {
    free.give(BASE, 3);
    free.give(BASE + 10 * 4096, 4);
    assertThat(free.take(5)).isEqualTo(-1);
    assertThat(free.total()).isEqualTo(7);
  }

  @Test
  void take_prefersTheSmallestRunThatHasEnough() {
    free.give(BASE, 10);
    free.give(BASE + 20 * 4096, 3);
    free.give(BASE + 40 * 4096, 5);
    assertThat(free.take(3)).isEqualTo(BASE + 20 * 4096);
    assertThat(free.take(4)).isEqualTo(BASE + 40 * 4096);
    assertThat(free.take(6)).isEqualTo(BASE);
    assertThat(free.longest()).isEqualTo(4);
  }

  @Test
  void randomGivingAndTaking_neverLosesOrDoublesAPage() {
    Random random = new Random(SEED);
    give(0, PAGES);
    for (int i = 0; i < 5000; i++) {
      int count = 1 + random.nextInt(12);
      if (random.nextBoolean()) {
        long place = free.take(count);
        if (place < 0) {
          assertThat(longestInModel()).as("seed %d", SEED).isLessThan(count);
        } else {
          int page = (int) ((place - BASE) / 4096);
          assertThat(model.get(page, page + count).cardinality())
              .as("seed %d", SEED)
              .isEqualTo(count);
          model.clear(page, page + count);
        }
      } else {
        int page = model.nextClearBit(random.nextInt(PAGES));
        int end = model.nextSetBit(page);
        int room = (end < 0 ? PAGES : end) - page;
        if (room > 0) {
          give(page, Math.min(room, count));
        }
      }
      assertThat(free.total()).as("seed %d", SEED).isEqualTo(model.cardinality());
      assertThat(free.longest()).as("seed %d", SEED).isEqualTo(longestInModel());
    }
  }

  private void give(int page, int count) {
    free.give(BASE + page * 4096L, count);
    model.set(page, page + count);
  }

  private int longestInModel() {
    int longest = 0;
    for (int from = model.nextSetBit(0); from >= 0; ) {
      int to = model.nextClearBit(from);
      longest = Math.max(longest, to - from);
      from = model.nextSetBit(to);
    }
    return longest;
  }
}
