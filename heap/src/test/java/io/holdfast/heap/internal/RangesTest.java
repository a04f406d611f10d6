package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A transaction's new objects by address, against a tree. */
final class RangesTest {
  @Test
  void randomRanges_areFoundAsInATree() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Ranges ranges = new Ranges();
    TreeMap<Long, Long> expected = new TreeMap<>();
    for (int step = 0; step < 5000; step++) {
      long start = 64L * random.nextInt(500);
      Long length = expected.get(start);
      if (length == null && random.nextInt(3) > 0) {
        expected.put(start, 8L * (1 + random.nextInt(8)));
        ranges.add(start, expected.get(start), start - 8);
      } else {
        assertThat(ranges.remove(start)).as("seed %d", seed).isEqualTo(length == null ? 0 : length);
        expected.remove(start);
      }
      long address = random.nextInt(64 * 500);
      long bytes = 1L << random.nextInt(4);
      var below = expected.floorEntry(address);
      assertThat(ranges.write(address, bytes))
          .as("seed %d, %d + %d", seed, address, bytes)
          .isEqualTo(below != null && address + bytes <= below.getKey() + below.getValue());
      assertThat(ranges.count()).isEqualTo(expected.size());
    }
    int i = 0;
    for (var entry : expected.entrySet()) {
      assertThat(ranges.start(i)).isEqualTo(entry.getKey());
      assertThat(ranges.header(i)).isEqualTo(entry.getKey() - 8);
      assertThat(ranges.hasStart(entry.getKey())).isTrue();
      assertThat(ranges.hasStart(entry.getKey() + 8)).isFalse();
      assertThat(ranges.length(i++)).isEqualTo(entry.getValue());
    }
    ranges.clear();
    assertThat(ranges.write(64, 1)).isFalse();
  }

  @Test
  void write_widensThePartThatCountsAsWritten() {
    Ranges ranges = new Ranges();
    ranges.add(1000, 100, 992);
    assertThat(ranges.writtenFrom(0)).isGreaterThan(ranges.writtenTo(0));
    assertThat(ranges.write(1040, 8)).isTrue();
    assertThat(ranges.write(1020, 4)).isTrue();
    assertThat(ranges.write(1092, 9)).as("one byte too many").isFalse();
    ranges.add(500, 10, 0); // moves the other
    assertThat(ranges.writtenFrom(1)).isEqualTo(1020);
    assertThat(ranges.writtenTo(1)).isEqualTo(1048);
    Ranges all = new Ranges();
    all.add(700, 8, 692);
    all.addAll(ranges);
    assertThat(all.count()).isEqualTo(3);
    assertThat(all.start(2)).isEqualTo(1000);
    assertThat(all.header(2)).isEqualTo(992);
    assertThat(all.writtenFrom(2)).isEqualTo(1020);
    assertThat(all.writtenTo(2)).isEqualTo(1048);
  }
}
