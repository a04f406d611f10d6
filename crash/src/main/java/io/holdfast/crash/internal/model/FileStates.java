package io.holdfast.crash.internal.model;

import java.util.Arrays;
import java.util.List;

/**
 * The contents that a file has in those states of a space that give it one size, and their
 * fingerprints. Each is made from the one before it, so that a state costs what it differs in from
 * the last one asked for, however much is in doubt. Not for use by several threads.
 */
final class FileStates {
  private static final int NONE = -1;

  private final List<Doubt.OfContent> doubts;
  private final int first;
  private final long size;

  /** No byte from here on is in the file, wherever it was stored to. */
  private final long end;

  private final Content content;

  /** The choice of each doubt that the content shows. */
  private final int[] shown;

  private long high;
  private long low;

  /** The choice of each doubt that the fingerprint is of. */
  private final int[] summed;

  private FileStates(
      long size, long end, Content certain, List<Doubt.OfContent> doubts, int first) {
    this.size = size;
    this.end = end;
    this.doubts = doubts;
    this.first = first;
    content = certain.copy();
    if (end != Long.MAX_VALUE) {
      content.truncate(end);
    }
    high = content.fingerprintHigh();
    low = content.fingerprintLow();
    shown = new int[doubts.size()];
    summed = new int[doubts.size()];
    Arrays.fill(shown, NONE);
    Arrays.fill(summed, NONE);
  }

  /**
   * {@return those of a file whose size is not in doubt, beginning with what is certain}
   *
   * @param first where the file's doubts stand in a state
   */
  static FileStates ofCertainSize(
      long size, Content certain, List<Doubt.OfContent> doubts, int first) {
    return new FileStates(size, Long.MAX_VALUE, certain, doubts, first);
  }

  /**
   * {@return those of a file that has one of the sizes in doubt, none of which makes it shorter}
   *
   * @param first where the file's doubts stand in a state
   */
  static FileStates ofSize(long size, Content certain, List<Doubt.OfContent> doubts, int first) {
    return new FileStates(size, size, certain, doubts, first);
  }

  long size() {
    return size;
  }

  /** {@return what of a word's value is in the file} */
  private long within(long word, long value) {
    long bytes = end - word * Long.BYTES;
    return bytes >= Long.BYTES ? value : bytes <= 0 ? 0 : value & ~(-1L << (bytes * Byte.SIZE));
  }

  /** {@return the content in a state, which shares what it can with those before it} */
  Content content(int[] state) {
    for (int i = next(shown, state, 0); i >= 0; i = next(shown, state, i + 1)) {
      shown[i] = state[first + i];
      Doubt.OfContent doubt = doubts.get(i);
      long[] words = doubt.words();
      long[] values = doubt.ways().get(shown[i]).values();
      for (int word = 0; word < words.length; word++) {
        content.putWord(words[word], within(words[word], values[word]));
      }
    }
    return content.copy();
  }

  /** Computes {@link #high} and {@link #low} for a state. */
  void sum(int[] state) {
    for (int i = next(summed, state, 0); i >= 0; i = next(summed, state, i + 1)) {
      Doubt.OfContent doubt = doubts.get(i);
      if (summed[i] != NONE) {
        add(doubt, summed[i], -1);
      }
      summed[i] = state[first + i];
      add(doubt, summed[i], 1);
    }
  }

  /** Adds, so many times, how a choice's fingerprint differs from that of what is certain. */
  private void add(Doubt.OfContent doubt, int choice, int times) {
    Doubt.ContentChoice way = doubt.ways().get(choice);
    long[] words = doubt.words();
    if (words[words.length - 1] < end / Long.BYTES) {
      high += times * way.high();
      low += times * way.low();
      return;
    }
    for (int i = 0; i < words.length; i++) {
      long value = within(words[i], way.values()[i]);
      long certain = within(words[i], doubt.certain()[i]);
      high += times * (Fingerprint.high(words[i], value) - Fingerprint.high(words[i], certain));
      low += times * (Fingerprint.low(words[i], value) - Fingerprint.low(words[i], certain));
    }
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  /** {@return the next doubt from {@code from} on whose choice is another, or -1} */
  private int next(int[] known, int[] state, int from) {
    int mismatch =
        Arrays.mismatch(known, from, known.length, state, first + from, first + known.length);
    return mismatch < 0 ? NONE : from + mismatch;
  }
}
