package io.holdfast.examples;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Counts words in ordinary memory, for one transaction: a word that occurs a hundred times in it is
 * then looked up, and written, once. An open hash table over one array of letters; nothing is
 * allocated per word. For one thread.
 */
final class Tally {
  private static final int INITIAL_CAPACITY = 1024;

  /** An odd factor of its own for each table, so that no text can be made to collide in it. */
  private final int factor = ThreadLocalRandom.current().nextInt() | 1;

  private byte[] letters = new byte[INITIAL_CAPACITY * 8];
  private int used;
  private int size;

  // Per word, in the order of first occurrence.
  private int[] starts = new int[INITIAL_CAPACITY + 1];
  private int[] hashes = new int[INITIAL_CAPACITY];
  private int[] counts = new int[INITIAL_CAPACITY];

  /** The number of a word plus 1, or 0; at least twice as long as there are words. */
  private int[] table = new int[INITIAL_CAPACITY * 2];

  /** Counts one occurrence of a word. */
  void add(byte[] source, int offset, int length) {
    int hash = length;
    for (int i = offset; i < offset + length; i++) {
      hash = hash * factor + source[i];
    }
    int slot = slot(hash);
    for (int entry = table[slot]; entry != 0; entry = table[slot]) {
      int word = entry - 1;
      if (hashes[word] == hash
          && Arrays.equals(
              letters, starts[word], starts[word + 1], source, offset, offset + length)) {
        counts[word]++;
        return;
      }
      slot = slot + 1 & table.length - 1;
    }
    if (size == counts.length) {
      enlarge();
      slot = freeSlot(hash);
    }
    if (used + length > letters.length) {
      letters = Arrays.copyOf(letters, Math.max(letters.length * 2, used + length));
    }
    System.arraycopy(source, offset, letters, used, length);
    used += length;
    hashes[size] = hash;
    counts[size] = 1;
    starts[size + 1] = used;
    table[slot] = ++size;
  }

  /** How many different words there are. */
  int size() {
    return size;
  }

  /** How many bytes the different words have together. */
  int byteSize() {
    return used;
  }

  /** The array that holds the words. */
  byte[] letters() {
    return letters;
  }

  /** Where the word of that number, from 0, begins in {@link #letters}. */
  int start(int word) {
    return starts[word];
  }

  /** How many letters the word of that number has. */
  int length(int word) {
    return starts[word + 1] - starts[word];
  }

  /** How often the word of that number occurred. */
  int count(int word) {
    return counts[word];
  }

  /** Forgets all words. */
  void clear() {
    Arrays.fill(table, 0);
    size = 0;
    used = 0;
  }

  private int slot(int hash) {
    return (hash ^ hash >>> 15) & table.length - 1;
  }

  private int freeSlot(int hash) {
    int slot = slot(hash);
    while (table[slot] != 0) {
      slot = slot + 1 & table.length - 1;
    }
    return slot;
  }

  private void enlarge() {
    starts = Arrays.copyOf(starts, size * 2 + 1);
    hashes = Arrays.copyOf(hashes, size * 2);
    counts = Arrays.copyOf(counts, size * 2);
    table = new int[size * 4];
    for (int word = 0; word < size; word++) {
      table[freeSlot(hashes[word])] = word + 1;
    }
  }
}
