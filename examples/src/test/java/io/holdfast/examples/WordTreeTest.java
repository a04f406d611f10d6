package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.heap.Heap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WordTreeTest {
  @TempDir Path folder;
  private Heap heap;
  private WordTree tree;

  @BeforeEach
  void open() {
    Path pool = folder.resolve("tree.heap");
    heap = Roots.openOrCreate(pool);
    tree = new WordTree(heap, Roots.open(heap, ExampleLayout.TREE_TYPE, 8, "tree"));
  }

  @AfterEach
  void close() {
    heap.close();
  }

  @Test
  void place_randomChanges_behavesAsSortedMap() {
    Random random = Seeds.random("WordTreeTest");
    Map<byte[], Long> expected = new TreeMap<>(Arrays::compareUnsigned);
    for (int round = 0; round < 200; round++) {
      heap.transact(
          () -> {
            for (int i = 0; i < 30; i++) {
              byte[] word = randomWord(random);
              if (random.nextInt(3) == 0) {
                tree.remove(word);
                expected.remove(word);
              } else {
                add(word);
                expected.merge(word, 1L, Long::sum);
              }
              assertThat(tree.find(word) != 0).isEqualTo(expected.containsKey(word));
            }
          });
      if (round % 50 == 20) {
        close();
        open();
      }
    }
    assertThat(words()).isEqualTo(named(expected));
    assertThat(expected).hasSizeGreaterThan(100);
  }

  @Test
  void place_wordsAndTheirPrefixes_keepsAll() {
    insert("abc", "", "ab", "abcd", "a", "ab");
    assertThat(words().keySet()).containsExactly("", "a", "ab", "abc", "abcd");
    assertThat(words()).containsEntry("ab", 2L);
  }

  @Test
  void place_bytesAbove127_areOrderedAsUnsigned() {
    insert("\u00e9", "z", "\u20ac");
    assertThat(words().keySet()).containsExactly("z", "\u00e9", "\u20ac");
  }

  @Test
  void place_sortedWords_findsEach() {
    List<String> sorted = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      sorted.add("%07d".formatted(i));
    }
    insert(sorted.toArray(String[]::new));
    assertThat(words().keySet()).containsExactlyElementsOf(sorted);
  }

  @Test
  void place_longWords_keepsThem() {
    String longWord = "x".repeat(100_000);
    insert(longWord, longWord + "y");
    assertThat(words().keySet()).containsExactly(longWord, longWord + "y");
  }

  @Test
  void place_zeroByte_isRefused() {
    assertThatThrownBy(() -> insert("a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("zero byte at 1 of a word");
    assertThat(words()).isEmpty();
  }

  @Test
  void place_transactionAborts_changesNothing() {
    insert("kept");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      add("lost".getBytes(UTF_8));
                      add("kept".getBytes(UTF_8));
                      throw new IllegalStateException("abort");
                    }))
        .hasMessage("abort");
    assertThat(words()).isEqualTo(Map.of("kept", 1L));
  }

  @Test
  void removeFirst_someThenMore_emptiesFromTheFront() {
    insert("b", "d", "a", "c");
    assertThat(heap.<Integer, RuntimeException>transact(() -> tree.removeFirst(3))).isEqualTo(3);
    assertThat(words().keySet()).containsExactly("d");
    assertThat(heap.<Integer, RuntimeException>transact(() -> tree.removeFirst(3))).isEqualTo(1);
    assertThat(words()).isEmpty();
    insert("again");
    assertThat(words()).isEqualTo(Map.of("again", 1L));
  }

  @Test
  void remove_absentWord_changesNothing() {
    insert("a", "ac");
    heap.transact(() -> tree.remove("ab".getBytes(UTF_8)));
    assertThat(words().keySet()).containsExactly("a", "ac");
  }

  private void insert(String... words) {
    heap.transact(
        () -> {
          for (String word : words) {
            add(word.getBytes(UTF_8));
          }
        });
  }

  private void add(byte[] word) {
    long value = tree.place(word, 0, word.length);
    heap.tx().putLong(value, heap.getLong(value) + 1);
  }

  private Map<String, Long> words() {
    Map<String, Long> words = new LinkedHashMap<>();
    tree.walk((word, value) -> words.put(new String(word, UTF_8), value));
    return words;
  }

  private static Map<String, Long> named(Map<byte[], Long> words) {
    Map<String, Long> named = new LinkedHashMap<>();
    words.forEach((word, value) -> named.put(new String(word, UTF_8), value));
    return named;
  }

  private static byte[] randomWord(Random random) {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      word.append("abc\u00e9".charAt(random.nextInt(4)));
    }
    return word.toString().getBytes(UTF_8);
  }
}
