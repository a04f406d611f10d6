package io.holdfast.crash.internal.model;

import java.util.Arrays;
import java.util.List;

/**
 * Words of a file while it may or may not have been cut short: for each number of cuts that may
 * have arrived, from none to all, the values that the words then have.
 *
 * <p>The values are in one array, first those without a cut. Two ways that look the same without a
 * cut may differ with it: what was written after the cut and equals what was there before it.
 *
 * @param words the numbers of the words, ascending
 * @param cuts the changes of size in doubt that make the file shorter, oldest first
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CutWords(long[] words, List<SizeChange> cuts) {

  /** {@return the values before anything has arrived} */
  long[] start(long[] certain) {
    long[] values = new long[words.length * (cuts.size() + 1)];
    for (int version = 0; version <= cuts.size(); version++) {
      System.arraycopy(certain, 0, values, version * words.length, words.length);
    }
    return values;
  }

  /** Lets a unit arrive. */
  void put(long[] values, Unit unit) {
    int slot = Arrays.binarySearch(words, unit.firstWord());
    for (int first = slot; first < values.length; first += words.length) {
      for (int i = 0; i < unit.words(); i++) {
        values[first + i] = (values[first + i] & ~unit.mask(i)) | (unit.value(i) & unit.mask(i));
      }
    }
  }

  /** {@return the number of cuts that come before a unit} */
  int cutsBefore(Unit unit) {
    int before = 0;
    while (before < cuts.size() && cuts.get(before).sequence() <= unit.sequence()) {
      before++;
    }
    return before;
  }

  /** Lets cuts arrive where they are to: those from {@code first} on, up to {@code end}. */
  void cut(long[] values, int first, int end) {
    for (int cut = first; cut < end; cut++) {
      long size = cuts.get(cut).size();
      for (int version = cut + 1; version <= cuts.size(); version++) {
        for (int i = 0; i < words.length; i++) {
          long kept = size - words[i] * Long.BYTES;
          if (kept < Long.BYTES) {
            values[version * words.length + i] &= kept <= 0 ? 0 : ~(-1L << (kept * Byte.SIZE));
          }
        }
      }
    }
  }
}
