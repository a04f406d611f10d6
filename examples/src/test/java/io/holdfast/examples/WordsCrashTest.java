package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.heap.Checkpoints;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Power failures while a text is counted that grows between its words and within them. */
final class WordsCrashTest {
  private static final Path POOL = Path.of("/crash/words.heap");
  private static final String FIRST = "to be or no";
  private static final String WHOLE = FIRST + "t to be";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void count_anyCrash_isMadeGoodByCountingAgain(Granularity granularity) throws IOException {
    Path first = Files.writeString(folder.resolve("first"), FIRST);
    Path whole = Files.writeString(folder.resolve("whole"), WHOLE);
    Path text = folder.resolve("text");
    CrashExploration.of(granularity)
        .prepare(
            (medium, _) -> {
              try (Words words = new Words(Heap.create(POOL, options(medium)))) {
                Files.copy(first, text);
                words.count(text, (_, _) -> {});
              }
            })
        .run(
            (medium, log) -> {
              try (Words words = open(medium)) {
                Files.write(text, Files.readAllBytes(whole));
                words.count(text, (position, _) -> log.acknowledge(Long.toString(position)));
              }
            })
        .check(
            (medium, log) -> {
              try (Words words = open(medium)) {
                Words.Input input = words.inputs().getFirst();
                String found = counts(words).toString();
                String counted = WHOLE.substring(0, (int) input.position());
                assertThat(found).isEqualTo(expected(counted).toString());
                if (log.hasAcknowledged(Integer.toString(WHOLE.length()))) {
                  assertThat(input.position()).isEqualTo(WHOLE.length());
                }
                log.stopCrashing();
                words.count(text, (_, _) -> {});
                assertThat(counts(words)).isEqualTo(expected(WHOLE));
                assertThat(words.total()).isEqualTo(6);
                return found;
              }
            })
        .statesAtMost(1500)
        .explore()
        .assertConsistent();
  }

  private static Words open(Medium medium) {
    return new Words(Heap.open(POOL, options(medium)));
  }

  private static HeapOptions options(Medium medium) {
    return HeapOptions.defaults()
        .withSize(0)
        .withMedium(medium)
        .withCheckpoints(Checkpoints.INLINE);
  }

  private static Map<String, Long> counts(Words words) {
    Map<String, Long> counts = new TreeMap<>();
    words.walk((word, count) -> counts.put(new String(word, UTF_8), count));
    return counts;
  }

  private static Map<String, Long> expected(String text) {
    Map<String, Long> counts = new TreeMap<>();
    for (String word : text.split(" ")) {
      if (!word.isEmpty()) {
        counts.merge(word, 1L, Long::sum);
      }
    }
    return counts;
  }
}
