package io.holdfast.crash.internal.model;

import java.util.Arrays;
import java.util.List;

/**
 * The contents that a file of certain size has in the states of a space, and their fingerprints.
 * Each is made from the one before it, so that a state costs what it differs in from the last one
 * asked for, however much is in doubt. Not for use by several threads.
 */
final class FileStates {
  private static final int NONE = -1;

  private final List<Doubt.OfContent> doubts;
  private final int first;

  private final Content content;

  /** The choice of each doubt that the content shows. */
  private final int[] shown;

  private long high;
  private long low;

  /** The choice of each doubt that the fingerprint is of. */
  private final int[] summed;

  /**
   * Begins with what is certain.
   *
   * @param first where the file's doubts stand in a state
   */
  FileStates(Content certain, List<Doubt.OfContent> doubts, int first) {
    this.doubts = doubts;
    this.first = first;
    content = certain.copy();
    high = certain.fingerprintHigh();
    low = certain.fingerprintLow();
    shown = new int[doubts.size()];
    summed = new int[doubts.size()];
    Arrays.fill(shown, NONE);
    Arrays.fill(summed, NONE);
  }

  /** {@return the content in a state, which shares what it can with those before it} */
  Content content(int[] state) {
    for (int i = next(shown, state, 0); i >= 0; i = next(shown, state, i + 1)) {
      shown[i] = state[first + i];
      Doubt.OfContent doubt = doubts.get(i);
      long[] words = doubt.words();
      long[] values = doubt.ways().get(shown[i]).values();
      for (int word = 0; word < words.length; word++) {
        content.putWord(words[word], values[word]);
      }
    }
    return content.copy();
  }

  /** Computes {@link #high} and {@link #low} for a state. */
  void sum(int[] state) {
    for (int i = next(summed, state, 0); i >= 0; i = next(summed, state, i + 1)) {
      List<Doubt.ContentChoice> ways = doubts.get(i).ways();
      if (summed[i] != NONE) {
        high -= ways.get(summed[i]).high();
        low -= ways.get(summed[i]).low();
      }
      summed[i] = state[first + i];
      high += ways.get(summed[i]).high();
      low += ways.get(summed[i]).low();
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
