package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The blocks of a slab, in every size class. */
final class SlabTest {
  private static final long OFFSET = 1 << 20;

  @Test
  void blocks_areHandedOutOnceEachAndNeverOverlap() {
    for (int c = 0; c < SizeClasses.COUNT; c++) {
      Slab slab = new Slab(OFFSET, c);
      slab.loadEmpty();
      assertThat(slab.isEmpty()).isTrue();
      Set<Integer> taken = new HashSet<>();
      for (int block = slab.take(); block >= 0; block = slab.take()) {
        assertThat(block).isLessThan(SizeClasses.blocks(c));
        assertThat(taken.add(block)).isTrue();
      }
      assertThat(taken).hasSize(SizeClasses.blocks(c));
      assertThat(slab.hasAvailable()).isFalse();
      taken.forEach(slab::give);
      assertThat(slab.isEmpty()).isTrue();
    }
  }

  @Test
  void blockAt_knowsExactlyTheBeginningsOfBlocks() {
    for (int c = 0; c < SizeClasses.COUNT; c += 7) {
      Slab slab = new Slab(OFFSET, c);
      Set<Long> beginnings = new HashSet<>();
      for (int block = 0; block < SizeClasses.blocks(c); block++) {
        beginnings.add(slab.blockOffset(block));
        assertThat(slab.blockAt(slab.blockOffset(block))).isEqualTo(block);
      }
      long end = OFFSET + SizeClasses.pages(c) * 4096L;
      for (long place = OFFSET - 8; place < end; place += 8) {
        assertThat(slab.blockAt(place) >= 0).isEqualTo(beginnings.contains(place));
      }
    }
  }

  @Test
  void take_afterGive_handsOutTheBlockAgain() {
    Slab slab = new Slab(OFFSET, SizeClasses.classOf(64));
    slab.loadEmpty();
    while (slab.take() >= 0) {
      assertThat(slab.isEmpty()).isFalse();
    }
    slab.give(77);
    assertThat(slab.take()).isEqualTo(77);
    assertThat(slab.take()).isEqualTo(-1);
  }
}
