package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Freed space waits for the watermark. */
final class QuarantineTest {
  private final Quarantine quarantine = new Quarantine();
  private final List<String> released = new ArrayList<>();
  private final Quarantine.Release release =
      new Quarantine.Release() {
        @Override
        public void block(Slab slab, int block) {
          released.add("block " + slab.offset() + " " + block);
        }

        @Override
        public void pages(long offset, long pages) {
          released.add("pages " + offset + " " + pages);
        }
      };

  @Test
  void release_givesBackExactlyWhatTheWatermarkHasPassed() {
    Slab slab = new Slab(40960, 0);
    quarantine.addBlock(5, slab, 3);
    quarantine.addPages(6, 8192, 2);
    quarantine.addBlock(8, slab, 4);

    quarantine.release(4, release);
    assertThat(released).isEmpty();
    quarantine.release(6, release);
    assertThat(released).containsExactly("block 40960 3", "pages 8192 2");
    quarantine.release(7, release);
    assertThat(released).hasSize(2);
    quarantine.release(8, release);
    assertThat(released).last().isEqualTo("block 40960 4");
    assertThat(quarantine.size()).isZero();
  }

  @Test
  void release_neverOvertakesAnEarlierEntry() {
    quarantine.addPages(9, 4096, 1);
    quarantine.addPages(3, 8192, 1);
    quarantine.release(5, release);
    assertThat(released).as("kept longer than needed, never shorter").isEmpty();
    quarantine.release(9, release);
    assertThat(released).containsExactly("pages 4096 1", "pages 8192 1");
  }

  @Test
  void addAndRelease_manyTimes_keepsOrderWhileItGrows() {
    long next = 1;
    long passed = 0;
    for (int round = 1; round < 200; round++) {
      for (int i = 0; i < round; i++) {
        quarantine.addPages(next, next * 4096, 1);
        next++;
      }
      passed = Math.min(next - 1, passed + round * 3L / 4);
      quarantine.release(passed, release);
      assertThat(released).hasSize((int) passed);
      assertThat(quarantine.size()).isEqualTo((int) (next - 1 - passed));
    }
    for (int i = 0; i < released.size(); i++) {
      assertThat(released.get(i)).isEqualTo("pages " + (i + 1) * 4096L + " 1");
    }
  }
}
