package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WordScannerTest {
  private record Word(String letters, long position, boolean openEnded) {}

  @Test
  void next_textReadInPieces_findsRunsOfLetters() throws IOException {
    Random random = Seeds.random("WordScannerTest");
    for (int round = 0; round < 200; round++) {
      byte[] text = randomText(random, random.nextInt(100_000));
      assertThat(scan(text, 0, random)).isEqualTo(expected(text, 0));
    }
  }

  @Test
  void next_fromPositionAfterAnyWord_findsTheRest() throws IOException {
    Random random = Seeds.random("WordScannerTest");
    byte[] text = randomText(random, 60_000);
    List<Word> words = expected(text, 0);
    for (int i = 0; i < words.size(); i += 1 + random.nextInt(20)) {
      assertThat(scan(text, words.get(i).position(), random))
          .isEqualTo(words.subList(i + 1, words.size()));
    }
  }

  @Test
  void next_runLongerThanMaximum_isCut() throws IOException {
    byte[] text = ("a".repeat(8191) + "b".repeat(8191) + "cc dd").getBytes(US_ASCII);
    assertThat(scan(text, 0, new Random(1)))
        .containsExactly(
            new Word("a".repeat(8191), 8191, false),
            new Word("b".repeat(8191), 16382, false),
            new Word("cc", 16384, false),
            new Word("dd", 16387, true));
  }

  @Test
  void isOpenEnded_textEndsAfterWholePiece_no() throws IOException {
    byte[] text = "a".repeat(8191).getBytes(US_ASCII);
    assertThat(scan(text, 0, new Random(1)))
        .containsExactly(new Word("a".repeat(8191), 8191, false));
  }

  @Test
  void next_noLetters_endsAtTheEndOfTheText() throws IOException {
    WordScanner scanner = new WordScanner(channel(new byte[100_000], 0, new Random(1)), 0);
    assertThat(scanner.next()).isFalse();
    assertThat(scanner.position()).isEqualTo(100_000);
  }

  /** Words as they should be found, the slow and obvious way. */
  private static List<Word> expected(byte[] text, int from) {
    List<Word> words = new ArrayList<>();
    int start = from;
    for (int i = from; i <= text.length; i++) {
      boolean letter = i < text.length && Character.isAlphabetic(text[i]) && text[i] > 0;
      if ((!letter && i > start) || i - start == 8191) {
        boolean open = i == text.length && i - start < 8191;
        words.add(new Word(new String(text, start, i - start, US_ASCII), i, open));
        start = i;
      }
      if (!letter) {
        start = i + 1;
      }
    }
    return words;
  }

  private static byte[] randomText(Random random, int length) {
    String letters = "azAZ";
    String others = "@[`{ \n\0\u00e1";
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int run = random.nextInt(300) == 0 ? random.nextInt(30_000) : random.nextInt(12);
      for (int i = 0; i < run; i++) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      text.append(others.charAt(random.nextInt(others.length())));
    }
    return text.substring(0, length).getBytes(ISO_8859_1);
  }

  private static List<Word> scan(byte[] text, long from, Random random) throws IOException {
    WordScanner scanner = new WordScanner(channel(text, (int) from, random), from);
    List<Word> words = new ArrayList<>();
    while (scanner.next()) {
      words.add(
          new Word(
              new String(scanner.bytes(), scanner.start(), scanner.length(), US_ASCII),
              scanner.position(),
              scanner.isOpenEnded()));
    }
    assertThat(scanner.position()).isEqualTo(text.length);
    return words;
  }

  /** Gives a text in pieces of any size, as a pipe may. */
  private static ReadableByteChannel channel(byte[] text, int from, Random random) {
    ByteBuffer rest = ByteBuffer.wrap(text, from, text.length - from);
    return new ReadableByteChannel() {
      @Override
      public int read(ByteBuffer destination) {
        if (!rest.hasRemaining()) {
          return -1;
        }
        int most = Math.min(rest.remaining(), destination.remaining());
        int count = 1 + random.nextInt(most);
        destination.put(rest.slice().limit(count));
        rest.position(rest.position() + count);
        return count;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
