package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WordsTest {
  @TempDir Path folder;
  private Path pool;
  private Path text;

  @BeforeEach
  void names() {
    pool = folder.resolve("words.heap");
    text = folder.resolve("book.txt");
  }

  @Test
  void count_text_countsEachWord() throws IOException {
    write("To be, or not to be: be.");
    assertThat(count()).isEqualTo(7);
    assertThat(counts()).isEqualTo(Map.of("To", 1L, "be", 3L, "or", 1L, "not", 1L, "to", 1L));
  }

  @Test
  void count_finishedText_addsNothing() throws IOException {
    write("one two");
    count();
    assertThat(count()).isZero();
    assertThat(counts()).isEqualTo(Map.of("one", 1L, "two", 1L));
  }

  @Test
  void anyDamage_isReadOrRefusedInWords() throws IOException {
    Random random = Seeds.random("WordsTest");
    StringBuilder book = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      book.append(Integer.toString(random.nextInt(), 36)).append(' ');
    }
    write(book.toString());
    try (Words words = new Words(Heap.create(pool, HeapOptions.defaults().withSize(0)))) {
      words.count(text, WordsTest::ignore);
    }
    byte[] sound = Files.readAllBytes(pool);
    int[] used = IntStream.range(0, sound.length).filter(at -> sound[at] != 0).toArray();
    int refused = 0;
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 100; i++) {
        int at = used[random.nextInt(used.length)] & -8;
        byte[] damage = new byte[1 + random.nextInt(8)];
        random.nextBytes(damage);
        file.write(ByteBuffer.wrap(damage), at);
        try (Words words = Words.openExisting(pool)) {
          counts(words);
          words.inputs();
          words.top(3);
        } catch (PmemException e) {
          refused++;
        }
        file.write(ByteBuffer.wrap(sound), 0);
      }
    }
    assertThat(refused).isGreaterThan(8);
  }

  @Test
  void count_textUnderAnotherName_isTheSame() throws IOException {
    write("one two");
    count();
    Path link = Files.createSymbolicLink(folder.resolve("link.txt"), text);
    try (Words words = Words.open(pool)) {
      assertThat(words.count(link, WordsTest::ignore)).isZero();
    }
  }

  @Test
  void count_textGrownTwiceAtAnyByte_isAsIfCountedAtOnce() throws IOException {
    String whole = "ab a abc-ab";
    for (int first = 0; first <= whole.length(); first++) {
      for (int second = first; second <= whole.length(); second++) {
        SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
        HeapOptions options = HeapOptions.defaults().withSize(0).withMedium(medium);
        try (Words words = new Words(Heap.create(pool, options))) {
          long added = 0;
          for (int length : new int[] {first, second, whole.length()}) {
            write(whole.substring(0, length));
            added += words.count(text, WordsTest::ignore);
          }
          assertThat(counts(words))
              .as("grown at %d and %d", first, second)
              .isEqualTo(expected(whole))
              .hasSize(3);
          assertThat(added).isEqualTo(4);
          assertThat(words.total()).isEqualTo(4);
        }
      }
    }
  }

  @Test
  void count_cutRunThatGrows_isCutAtTheSamePlaces() throws IOException {
    for (int length : new int[] {8190, 8191, 8192, 16382, 20_000}) {
      Files.deleteIfExists(pool);
      write("a".repeat(length));
      count();
      write("a".repeat(20_000) + " a");
      count();
      assertThat(counts())
          .as("first %d letters", length)
          .isEqualTo(Map.of("a".repeat(8191), 2L, "a".repeat(20_000 - 2 * 8191), 1L, "a", 1L));
    }
  }

  @Test
  void count_twoTextsEndingInOneWord_takesBackOnlyTheGrownOnes() throws IOException {
    write("end");
    count();
    Path other = Files.writeString(folder.resolve("other.txt"), "end");
    try (Words words = Words.open(pool)) {
      words.count(other, WordsTest::ignore);
    }
    write("endless");
    count();
    assertThat(counts()).isEqualTo(Map.of("end", 1L, "endless", 1L));
  }

  @Test
  void count_shrunkText_isRefused() throws IOException {
    write("one two three");
    count();
    write("one two");
    assertThatThrownBy(this::count)
        .isInstanceOf(ExampleException.class)
        .hasMessage(
            "%s: has 7 bytes now and had 13 when its words were counted; count it in a new pool",
            text);
    assertThat(total()).isEqualTo(3);
  }

  @Test
  void count_listenerStops_continuesThere() throws IOException {
    String whole = randomText(200_000);
    write(whole);
    for (int run = 0; run < 10; run++) {
      int transactions = run;
      try (Words words = Words.open(pool)) {
        int[] seen = {0};
        words.count(
            text,
            (position, added) -> {
              if (seen[0]++ == transactions) {
                throw new IOException("stopped");
              }
            });
      } catch (IOException e) {
        assertThat(e).hasMessage("stopped");
      }
    }
    count();
    assertThat(counts()).isEqualTo(expected(whole));
  }

  @Test
  void count_stream_addsEachTime() throws IOException {
    try (Words words = Words.open(pool)) {
      for (int i = 0; i < 2; i++) {
        byte[] bytes = "one two".getBytes(US_ASCII);
        words.count(Channels.newChannel(new ByteArrayInputStream(bytes)), WordsTest::ignore);
      }
    }
    assertThat(counts()).isEqualTo(Map.of("one", 2L, "two", 2L));
  }

  @Test
  void top_levelWords_areInWordOrder() throws IOException {
    write("c b a c b a d d d B");
    count();
    try (Words words = Words.openExisting(pool)) {
      assertThat(words.top(3))
          .containsExactly(
              new Words.Count("d", 3), new Words.Count("a", 2), new Words.Count("b", 2));
      assertThat(words.top(0)).isEmpty();
      assertThat(words.top(100)).hasSize(5).endsWith(new Words.Count("B", 1));
    }
  }

  @Test
  void open_poolOfAnotherExample_isRefused() {
    CountingTree.open(pool).close();
    assertThatThrownBy(() -> Words.open(pool))
        .isInstanceOf(ExampleException.class)
        .hasMessage("%s: holds no words: its root has type 3, not 4", pool);
    CountingTree.open(pool).close();
  }

  private void write(String content) throws IOException {
    Files.writeString(text, content);
  }

  private long count() throws IOException {
    try (Words words = Words.open(pool)) {
      return words.count(text, WordsTest::ignore);
    }
  }

  private long total() {
    try (Words words = Words.openExisting(pool)) {
      return words.total();
    }
  }

  private Map<String, Long> counts() {
    try (Words words = Words.openExisting(pool)) {
      return counts(words);
    }
  }

  private static Map<String, Long> counts(Words words) {
    Map<String, Long> counts = new TreeMap<>();
    words.walk((word, count) -> counts.put(new String(word, UTF_8), count));
    return counts;
  }

  private static Map<String, Long> expected(String text) {
    Map<String, Long> counts = new TreeMap<>();
    Pattern.compile("[A-Za-z]+")
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .forEach(word -> counts.merge(word, 1L, Long::sum));
    return counts;
  }

  private static String randomText(int length) {
    Random random = Seeds.random("WordsTest");
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(Integer.toString(random.nextInt(30_000), 36)).append(' ');
    }
    return text.toString();
  }

  private static void ignore(long position, long wordsAdded) {}
}
