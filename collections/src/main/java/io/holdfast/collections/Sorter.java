package io.holdfast.collections;

/**
 * The entries of a leaf in the order of their keys. Used by one thread at a time, and again for
 * another leaf.
 */
final class Sorter {
  private final Pages pages;
  private final int[] places;
  private final long[] words;
  private final long[] keys;
  private int count;

  Sorter(Pages pages) {
    this.pages = pages;
    this.places = new int[pages.places];
    this.words = new long[pages.places];
    this.keys = new long[pages.places];
  }

  /** Reads and sorts a leaf; {@return how many entries it has} */
  int load(long leaf) {
    count = 0;
    for (int taken = pages.taken(leaf); taken != 0; taken &= taken - 1) {
      int place = Integer.numberOfTrailingZeros(taken);
      insert(place, pages.word(leaf, place), pages.key(leaf, place));
    }
    return count;
  }

  private void insert(int place, long word, long key) {
    int at = count++;
    while (at > 0 && pages.compare(word, key, words[at - 1], keys[at - 1]) < 0) {
      places[at] = places[at - 1];
      words[at] = words[at - 1];
      keys[at] = keys[at - 1];
      at--;
    }
    places[at] = place;
    words[at] = word;
    keys[at] = key;
  }

  int count() {
    return count;
  }

  /** {@return where the i-th entry is in the leaf} */
  int place(int i) {
    return places[i];
  }

  long word(int i) {
    return words[i];
  }

  /** {@return the blob of the i-th key, 0 if keys are no bytes} */
  long key(int i) {
    return keys[i];
  }
}
