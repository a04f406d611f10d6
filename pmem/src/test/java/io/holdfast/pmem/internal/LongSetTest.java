package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LongSetTest {
  /** Numbers as an arena's blocks have them: few, near each other, multiples of 16. */
  @Test
  void randomUse_agreesWithAHashSet() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("LongSetTest: -Dholdfast.seed=" + seed);
    Random random = new Random(seed);
    LongSet set = new LongSet();
    Set<Long> expected = new HashSet<>();
    for (int step = 0; step < 200_000; step++) {
      long value = 16L * random.nextInt(step % 1000 + 1);
      assertThat(set.contains(value)).as("seed %d", seed).isEqualTo(expected.contains(value));
      if (random.nextBoolean()) {
        assertThat(set.remove(value)).as("seed %d", seed).isEqualTo(expected.remove(value));
      } else if (expected.add(value)) {
        set.add(value);
      }
    }
    Set<Long> seen = new HashSet<>();
    set.forEach(value -> assertThat(seen.add(value)).isTrue());
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void clear_leavesAnEmptySet() {
    LongSet set = new LongSet();
    for (long value = 0; value < 100; value++) {
      set.add(value);
    }
    set.clear();
    assertThat(set.contains(50)).isFalse();
    set.forEach(value -> assertThat(value).as("left").isNull());
    set.add(50);
    assertThat(set.contains(50)).isTrue();
  }

  @Test
  void contains_whatIsNoElement_isFalse() {
    LongSet set = new LongSet();
    set.add(0);
    assertThat(set.contains(-1)).isFalse();
    assertThat(set.remove(-1)).isFalse();
    assertThat(set.contains(Long.MAX_VALUE)).isFalse();
    assertThat(set.contains(0)).isTrue();
  }
}
