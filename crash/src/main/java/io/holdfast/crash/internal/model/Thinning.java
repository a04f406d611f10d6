package io.holdfast.crash.internal.model;

import java.util.ArrayList;
import java.util.List;

/** A selection from too long a list. */
final class Thinning {
  private Thinning() {}

  /**
   * {@return the list, or at most {@code most} of its elements, the first and the last among them,
   * evenly spread}
   */
  static <T> List<T> keep(List<T> all, int most) {
    if (all.size() <= most) {
      return all;
    }
    List<T> kept = new ArrayList<>(most);
    for (int i = 0; i < most; i++) {
      kept.add(all.get((int) ((long) i * (all.size() - 1) / (most - 1))));
    }
    return kept;
  }
}
