package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Doubt;
import io.holdfast.crash.internal.model.StateSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Looks for the fewest losses that still break a check. */
final class Minimizer {
  private static final int MAX_TRIES = 2000;

  private final StateSpace space;
  private final Predicate<int[]> breaks;
  private int tries;

  /**
   * Prepares a search.
   *
   * @param breaks whether the check fails in a state
   */
  Minimizer(StateSpace space, Predicate<int[]> breaks) {
    this.space = space;
    this.breaks = breaks;
  }

  /**
   * {@return a state in which the check fails and no doubt could lose less alone, given one in
   * which it fails}
   */
  int[] minimize(int[] failing) {
    int[] state = restoreWhole(failing.clone());
    for (int doubt = 0; doubt < state.length; doubt++) {
      if (state[doubt] != 0) {
        restorePartly(state, doubt);
      }
    }
    return state;
  }

  /** Restores whole doubts, first half of them at once, then a quarter, and at last one by one. */
  private int[] restoreWhole(int[] failing) {
    int[] state = failing;
    List<Integer> lossy = lossy(state);
    for (int chunk = Math.max(1, lossy.size() / 2); ; chunk = Math.max(1, chunk / 2)) {
      boolean restored = false;
      for (int from = 0; from < lossy.size(); from += chunk) {
        int[] candidate = state.clone();
        for (int doubt : lossy.subList(from, Math.min(lossy.size(), from + chunk))) {
          candidate[doubt] = 0;
        }
        if (stillBreaks(candidate)) {
          state = candidate;
          restored = true;
        }
      }
      lossy = lossy(state);
      if (chunk == 1 && !restored) {
        return state;
      }
    }
  }

  private void restorePartly(int[] state, int index) {
    Doubt doubt = space.doubts().get(index);
    int losses = doubt.lost(state[index]).size();
    List<Integer> better =
        IntStream.range(1, doubt.choices())
            .filter(choice -> doubt.lost(choice).size() < losses)
            .boxed()
            .sorted(Comparator.comparingInt(choice -> doubt.lost(choice).size()))
            .toList();
    int found = state[index];
    for (int choice : better) {
      int[] candidate = state.clone();
      candidate[index] = choice;
      if (stillBreaks(candidate)) {
        found = choice;
        break;
      }
    }
    state[index] = found;
  }

  private static List<Integer> lossy(int[] state) {
    List<Integer> lossy = new ArrayList<>();
    for (int i = 0; i < state.length; i++) {
      if (state[i] != 0) {
        lossy.add(i);
      }
    }
    return lossy;
  }

  private boolean stillBreaks(int[] state) {
    return tries++ < MAX_TRIES && breaks.test(state);
  }
}
