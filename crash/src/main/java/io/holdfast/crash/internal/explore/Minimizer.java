package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Doubt;
import io.holdfast.crash.internal.model.Fingerprint;
import io.holdfast.crash.internal.model.StateSpace;
import io.holdfast.crash.internal.model.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Looks for the fewest losses that still break a check.
 *
 * <p>First whole doubts are restored, many at once and then one by one, until none can be spared.
 * That may be a dead end: two other lines may do what these three do. So all smaller sets of lines
 * are tried then, if they are few enough; and at last all ways to lose something of the lines
 * found, those that lose little first.
 */
final class Minimizer {
  private static final int MOST_TRIES = 4000;

  private final StateSpace space;
  private final Predicate<int[]> breaks;

  /** The doubts of each line of each file; names and sizes stand for themselves. */
  private final List<List<Integer>> lines;

  private final Map<Fingerprint, Boolean> tried = new HashMap<>();

  /**
   * Prepares a search.
   *
   * @param breaks whether the check fails in a state
   */
  Minimizer(StateSpace space, Predicate<int[]> breaks) {
    this.space = space;
    this.breaks = breaks;
    Map<Object, List<Integer>> byLine = new LinkedHashMap<>();
    for (int i = 0; i < space.doubts().size(); i++) {
      byLine.computeIfAbsent(line(space.doubts().get(i)), _ -> new ArrayList<>()).add(i);
    }
    lines = List.copyOf(byLine.values());
  }

  private record Line(int file, long number) {}

  private static Object line(Doubt doubt) {
    return doubt instanceof Doubt.OfContent content
        ? new Line(content.file(), content.words()[0] * Long.BYTES / Unit.LINE_BYTES)
        : doubt;
  }

  /**
   * {@return a state in which the check fails, given one in which it does: where the search could
   * be finished, with the fewest lines, and the fewest pieces of these lines, that it takes; else
   * one in which no doubt could lose less alone}
   */
  int[] minimize(int[] failing) {
    int[] state = restoreWhole(failing.clone());
    for (int doubt = 0; doubt < state.length; doubt++) {
      if (state[doubt] != 0) {
        restorePartly(state, doubt);
      }
    }
    int[] fewest = withFewerLines(state);
    return leastOf(linesOf(fewest), fewest);
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

  /** {@return a failing state with the fewest lines lost, if there are few enough sets of them} */
  private int[] withFewerLines(int[] state) {
    int most = linesOf(state).size();
    for (int size = 0; size < most; size++) {
      List<List<Integer>> sets = subsets(lines.size(), size);
      if (sets.isEmpty()) {
        return state;
      }
      for (List<Integer> set : sets) {
        for (int[] candidate : losing(set)) {
          if (stillBreaks(candidate)) {
            return candidate;
          }
        }
      }
    }
    return state;
  }

  /** {@return the failing state that loses the fewest pieces of the same lines} */
  private int[] leastOf(List<Integer> set, int[] state) {
    for (int[] candidate : losing(set)) {
      if (pieces(candidate) >= pieces(state)) {
        break;
      }
      if (stillBreaks(candidate)) {
        return candidate;
      }
    }
    return state;
  }

  /**
   * {@return the states that lose something of each line of a set and nothing else, those with few
   * pieces first; none if they are too many}
   */
  private List<int[]> losing(List<Integer> set) {
    List<int[]> states = new ArrayList<>();
    states.add(new int[space.doubts().size()]);
    for (int line : set) {
      List<int[]> more = new ArrayList<>(states);
      for (int doubt : lines.get(line)) {
        List<int[]> each = List.copyOf(more);
        for (int choice = 1; choice < space.doubts().get(doubt).choices(); choice++) {
          for (int[] state : each) {
            if (more.size() > MOST_TRIES) {
              return List.of();
            }
            int[] changed = state.clone();
            changed[doubt] = choice;
            more.add(changed);
          }
        }
      }
      states = more.subList(states.size(), more.size());
    }
    states = new ArrayList<>(states);
    states.sort(Comparator.comparingInt(this::pieces));
    return states;
  }

  /** {@return all sets of {@code size} of the first numbers; none if they are too many} */
  private static List<List<Integer>> subsets(int count, int size) {
    List<List<Integer>> sets = List.of(List.of());
    for (int i = 0; i < size; i++) {
      List<List<Integer>> larger = new ArrayList<>();
      for (List<Integer> set : sets) {
        for (int next = set.isEmpty() ? 0 : set.getLast() + 1; next < count; next++) {
          if (larger.size() > MOST_TRIES) {
            return List.of();
          }
          List<Integer> with = new ArrayList<>(set);
          with.add(next);
          larger.add(with);
        }
      }
      sets = larger;
    }
    return sets;
  }

  private List<Integer> linesOf(int[] state) {
    Set<Integer> lossy = new HashSet<>(lossy(state));
    return IntStream.range(0, lines.size())
        .filter(line -> lines.get(line).stream().anyMatch(lossy::contains))
        .boxed()
        .toList();
  }

  private int pieces(int[] state) {
    int pieces = 0;
    for (int i = 0; i < state.length; i++) {
      pieces += state[i] == 0 ? 0 : space.doubts().get(i).lost(state[i]).size();
    }
    return pieces;
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
    Fingerprint key = space.fingerprint(state);
    Boolean known = tried.get(key);
    if (known == null) {
      known = tried.size() < MOST_TRIES && breaks.test(state);
      tried.put(key, known);
    }
    return known;
  }
}
