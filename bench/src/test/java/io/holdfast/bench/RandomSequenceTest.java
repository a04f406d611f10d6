package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RandomSequenceTest {
  /**
   * The first numbers of SplitMix64 for this seed, from the Rosetta Code task "Pseudo-random
   * numbers/Splitmix64".
   */
  private static final long SEED = 1234567;

  private static final long[] NUMBERS = {
    Long.parseUnsignedLong("6457827717110365317"),
    Long.parseUnsignedLong("3203168211198807973"),
    Long.parseUnsignedLong("9817491932198370423"),
    Long.parseUnsignedLong("4593380528125082431"),
    Long.parseUnsignedLong("16408922859458223821")
  };

  @Test
  void number_publishedSeed_givesPublishedNumbers() {
    long[] numbers =
        LongStream.rangeClosed(1, NUMBERS.length)
            .map(i -> RandomSequence.number(SEED + i * RandomSequence.STEP))
            .toArray();
    assertThat(numbers).containsExactly(NUMBERS);
  }

  @Test
  void below_smallBound_reachesEveryValueAndNoOther() {
    long[] seen =
        LongStream.range(0, 1000)
            .map(i -> RandomSequence.below(i * RandomSequence.STEP, 7))
            .distinct()
            .sorted()
            .toArray();
    assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6);
  }
}
