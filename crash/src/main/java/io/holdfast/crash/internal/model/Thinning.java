package io.holdfast.crash.internal.model;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/**
 * A selection from too long a list of ways in which things may have arrived.
 *
 * <p>It is random. One that is evenly spread would not do: neighbours in such a list differ in what
 * is oldest, and of each two the same would be dropped, so that the oldest things would always
 * arrive together.
 */
final class Thinning {
  private Thinning() {}

  /**
   * {@return the list, or {@code most} of its elements in their order, the first and the last among
   * them}
   *
   * @param simple tells the ways that a mistake shows in most likely, as that one thing alone is
   *     lost; up to three quarters of what is kept are such
   * @param seed makes the selection
   */
  static <T> List<T> keep(List<T> all, int most, Predicate<T> simple, long seed) {
    if (all.size() <= most) {
      return all;
    }
    Random random = new Random(seed);
    BitSet kept = new BitSet(all.size());
    kept.set(0);
    kept.set(all.size() - 1);
    BitSet first = new BitSet(all.size());
    for (int i = 0; i < all.size(); i++) {
      first.set(i, simple.test(all.get(i)));
    }
    first.andNot(kept);
    pick(first, most * 3 / 4, random, kept);
    BitSet rest = new BitSet(all.size());
    rest.set(0, all.size());
    rest.andNot(kept);
    pick(rest, most - kept.cardinality(), random, kept);
    return kept.stream().mapToObj(all::get).toList();
  }

  /** Adds {@code count} numbers of a set, or all if it has fewer, to those kept. */
  private static void pick(BitSet from, int count, Random random, BitSet kept) {
    int left = from.cardinality();
    int missing = Math.min(count, left);
    for (int i = from.nextSetBit(0); missing > 0; i = from.nextSetBit(i + 1), left--) {
      if (random.nextInt(left) < missing) {
        kept.set(i);
        missing--;
      }
    }
  }

  /**
   * {@return whether a way is a simple one: one thing alone is lost or has arrived, or the oldest
   * ones, or the newest ones}
   *
   * @param things how many there are
   * @param lost how many of them are lost
   * @param oldestLost whether these are the oldest ones
   * @param newestLost whether these are the newest ones
   */
  static boolean isSimple(int things, int lost, boolean oldestLost, boolean newestLost) {
    return lost <= 1 || things - lost <= 1 || oldestLost || newestLost;
  }
}
