package io.holdfast.crash.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Copies that share pages, and fingerprints that are kept up to date. */
class ContentTest {

  @Test
  void copy_isIndependentOfItsOriginal() {
    Content original = new Content();
    original.putWord(5, 1);
    Content copy = original.copy();
    original.putWord(5, 2);
    copy.putWord(6, 3);
    original.putWord(7, 4);
    assertThat(words(original)).startsWith(0, 0, 0, 0, 0, 2, 0, 4);
    assertThat(words(copy)).startsWith(0, 0, 0, 0, 0, 1, 3, 0);
  }

  @Test
  void page_onceShared_isNotChangedAnyMore() {
    Content content = new Content();
    content.putWord(5, 1);
    long[] page = content.copy().page(0);
    content.putWord(5, 2);
    assertThat(page[5]).isEqualTo(1);
    assertThat(content.page(0)).isNotSameAs(page);
  }

  @Test
  void truncate_zeroesEveryByteBeyond() {
    Content content = new Content();
    for (int word = 0; word < 1000; word++) {
      content.putWord(word, -1);
    }
    content.truncate(20);
    assertThat(words(content)).startsWith(-1, -1, 0xFFFF_FFFFL, 0).endsWith(0, 0);
    content.truncate(0);
    assertThat(content.fingerprintLow()).isZero();
    assertThat(content.fingerprintHigh()).isZero();
  }

  @Test
  void fingerprint_dependsOnTheWordsAloneAndNotOnTheWayToThem() {
    Random random = new Random(1);
    Content wild = new Content();
    for (int i = 0; i < 5000; i++) {
      wild.putBits(random.nextInt(600), random.nextLong(), random.nextLong());
      if (random.nextInt(100) == 0) {
        wild = wild.copy();
      }
      if (random.nextInt(500) == 0) {
        wild.truncate(random.nextInt(4800));
      }
    }
    Content straight = new Content();
    for (int word = 0; word < 600; word++) {
      straight.putWord(word, wild.word(word));
    }
    assertThat(straight.fingerprintLow()).isEqualTo(wild.fingerprintLow());
    assertThat(straight.fingerprintHigh()).isEqualTo(wild.fingerprintHigh());
    straight.putWord(3, straight.word(3) + 1);
    assertThat(straight.fingerprintLow()).isNotEqualTo(wild.fingerprintLow());
    assertThat(straight.fingerprintHigh()).isNotEqualTo(wild.fingerprintHigh());
  }

  private static long[] words(Content content) {
    long[] words = new long[1000];
    for (int i = 0; i < words.length; i++) {
      words[i] = content.word(i);
    }
    return words;
  }
}
