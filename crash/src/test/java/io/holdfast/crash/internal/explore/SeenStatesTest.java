package io.holdfast.crash.internal.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.OutcomeGroup;
import io.holdfast.crash.internal.model.Fingerprint;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What has been checked is known again, within the memory allowed. */
class SeenStatesTest {
  private static Fingerprint random(Random random) {
    return new Fingerprint(random.nextLong(), random.nextLong());
  }

  @Test
  void states_areKnownAsInAMap() {
    long seed = Long.getLong("holdfast.seed", 1);
    Random random = new Random(seed);
    SeenStates seen = new SeenStates(Long.MAX_VALUE);
    Map<Fingerprint, Map.Entry<String, Integer>> expected = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      // Keys that differ in few bits, and keys that come again.
      Fingerprint state = new Fingerprint(random.nextInt(3) - 1, random.nextInt(20_000));
      String outcome = "outcome " + random.nextInt(5);
      int depth = random.nextInt(4);
      assertThat(seen.put(state, outcome, depth)).isEqualTo(outcome);
      expected.put(state, Map.entry(outcome, depth));
    }
    assertThat(seen.size()).as("seed %d", seed).isEqualTo(expected.size());
    assertThat(seen.forgotten()).isZero();
    expected.forEach(
        (state, known) -> {
          assertThat(seen.outcome(state, known.getValue())).isEqualTo(known.getKey());
          assertThat(seen.outcome(state, known.getValue() + 1)).isNull();
        });
    assertThat(seen.outcome(new Fingerprint(5, 5), 0)).isNull();
  }

  @Test
  void moreThanAllowed_areForgottenAndCounted() {
    Random random = new Random(1);
    SeenStates seen = new SeenStates(1000);
    Fingerprint first = random(random);
    seen.put(first, "first", 0);
    for (int i = 1; i < 1500; i++) {
      seen.put(random(random), "other", 0);
    }
    assertThat(seen.size()).isEqualTo(1000);
    assertThat(seen.forgotten()).isEqualTo(500);
    seen.put(first, "again", 1);
    assertThat(seen.outcome(first, 1)).isEqualTo("again");
    assertThat(seen.forgotten()).isEqualTo(500);
  }

  @Test
  void tooManyOutcomes_areOne_butFailuresStayApart() {
    SeenStates seen = new SeenStates(Long.MAX_VALUE);
    for (int i = 0; i < SeenStates.MAX_OUTCOMES + 10; i++) {
      seen.put(new Fingerprint(i, i), "outcome " + i, 0);
    }
    assertThat(seen.outcome(new Fingerprint(7, 7), 0)).isEqualTo("outcome 7");
    assertThat(seen.put(new Fingerprint(-1, -1), "one more", 0))
        .isEqualTo(SeenStates.OTHER_OUTCOMES);
    assertThat(seen.outcome(new Fingerprint(-1, -1), 0)).isEqualTo(SeenStates.OTHER_OUTCOMES);
    assertThat(seen.put(new Fingerprint(-2, -2), OutcomeGroup.FAILED, 0))
        .isEqualTo(OutcomeGroup.FAILED);
  }

  @Test
  void depthBeyondTheLargestTold_isKnown() {
    SeenStates seen = new SeenStates(Long.MAX_VALUE);
    seen.put(new Fingerprint(1, 2), "deep", Integer.MAX_VALUE);
    assertThat(seen.outcome(new Fingerprint(1, 2), Integer.MAX_VALUE)).isEqualTo("deep");
  }
}
