package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TallyTest {
  private final Tally tally = new Tally();

  @Test
  void add_manyWords_countsEach() {
    Random random = Seeds.random("TallyTest");
    // The second round uses the table the first has enlarged.
    for (int round = 0; round < 2; round++) {
      Map<String, Integer> expected = new HashMap<>();
      for (int i = 0; i < 50_000; i++) {
        String word = Integer.toString(random.nextInt(20_000), 36);
        add(" " + word, 1, word.length());
        expected.merge(word, 1, Integer::sum);
      }
      assertThat(counts()).isEqualTo(expected);
      assertThat(tally.byteSize())
          .isEqualTo(expected.keySet().stream().mapToInt(String::length).sum());
      tally.clear();
      assertThat(counts()).isEmpty();
    }
  }

  @Test
  void add_wordAndItsPrefix_areTwo() {
    add("abc", 0, 2);
    add("abc", 0, 3);
    add("abcabc", 3, 2);
    assertThat(counts()).isEqualTo(Map.of("ab", 2, "abc", 1));
  }

  private void add(String source, int offset, int length) {
    tally.add(source.getBytes(US_ASCII), offset, length);
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new HashMap<>();
    for (int word = 0; word < tally.size(); word++) {
      String letters = new String(tally.letters(), tally.start(word), tally.length(word), US_ASCII);
      counts.put(letters, tally.count(word));
    }
    return counts;
  }
}
