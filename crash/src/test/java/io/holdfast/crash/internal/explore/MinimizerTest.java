package io.holdfast.crash.internal.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.internal.model.Content;
import io.holdfast.crash.internal.model.Doubt;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Name;
import io.holdfast.crash.internal.model.Origin;
import io.holdfast.crash.internal.model.StateSpace;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A failing state loses no more than it takes. */
class MinimizerTest {
  private static final Origin ORIGIN = new Origin(1, "main", List.of());

  /** Two ways to fail: by three lines, none of which can be spared, or by one other. */
  @Test
  void minimize_leavesADeadEnd() {
    StateSpace space = space(0, 8, 16, 24);
    Predicate<int[]> breaks =
        state -> state[3] != 0 || (state[0] != 0 && state[1] != 0 && state[2] != 0);
    int[] found = new Minimizer(space, breaks).minimize(new int[] {1, 1, 1, 0});
    assertThat(found).containsExactly(0, 0, 0, 1);
  }

  @Test
  void minimize_countsLinesAndNotWords() {
    // Words 0, 1 and 2 lie in one line, 8 and 16 each in one of their own.
    StateSpace space = space(0, 1, 2, 8, 16);
    Predicate<int[]> breaks =
        state ->
            (state[3] != 0 && state[4] != 0) || (state[0] != 0 && state[1] != 0 && state[2] != 0);
    int[] found = new Minimizer(space, breaks).minimize(new int[] {0, 0, 0, 1, 1});
    assertThat(found).containsExactly(1, 1, 1, 0, 0);
  }

  /** Random spaces, and checks that refuse random sets of losses, against all states there are. */
  @Test
  void minimize_findsTheFewestLinesThereAre() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      long[] words = random.longs(random.nextInt(1, 9), 0, 40).distinct().toArray();
      StateSpace space = space(words);
      List<int[]> states = new ArrayList<>();
      var _ = space.forEach(state -> states.add(state.clone()));
      Set<Integer> bad = new HashSet<>();
      for (int j = 0; j < 1 + states.size() / 4; j++) {
        bad.add(random.nextInt(states.size()));
      }
      List<String> refused =
          bad.stream().map(index -> List.of(boxed(states.get(index))).toString()).toList();
      Predicate<int[]> breaks = state -> refused.contains(List.of(boxed(state)).toString());
      int[] failing = states.get(bad.iterator().next());

      int[] found = new Minimizer(space, breaks).minimize(failing.clone());

      assertThat(breaks.test(found)).as("seed %d, space %d", seed, i).isTrue();
      int fewest =
          states.stream()
              .filter(breaks)
              .mapToInt(state -> lines(space, state).size())
              .min()
              .orElse(-1);
      assertThat(lines(space, found)).as("seed %d, space %d", seed, i).hasSize(fewest);
      int pieces =
          states.stream()
              .filter(breaks)
              .filter(state -> lines(space, state).equals(lines(space, found)))
              .mapToInt(state -> space.lost(state).size())
              .min()
              .orElse(-1);
      assertThat(space.lost(found)).as("seed %d, space %d", seed, i).hasSize(pieces);
    }
  }

  private static Integer[] boxed(int[] state) {
    return Arrays.stream(state).boxed().toArray(Integer[]::new);
  }

  private static Set<Long> lines(StateSpace space, int[] state) {
    Set<Long> lines = new HashSet<>();
    for (int i = 0; i < state.length; i++) {
      if (state[i] != 0 && space.doubts().get(i) instanceof Doubt.OfContent content) {
        lines.add(content.words()[0] / 8);
      }
    }
    return lines;
  }

  /** {@return the states after a store to each of the words, some of them stored twice} */
  private static StateSpace space(long... words) {
    TreeMap<Integer, MediumImage.FileImage> files =
        new TreeMap<>(Map.of(0, new MediumImage.FileImage(new Content(), 4096)));
    TreeMap<Name, Integer> names = new TreeMap<>();
    names.put(Name.implied("/data"), 0);
    DurabilityModel model =
        new DurabilityModel(Granularity.CACHE_LINE, new MediumImage(names, Set.of(), files, 1));
    for (long word : words) {
      for (int value = 1; value <= 1 + word % 2; value++) {
        byte[] bytes = new byte[8];
        bytes[0] = (byte) value;
        model.apply(new Event.Store(ORIGIN, 0, word * 8, bytes, Event.StoreKind.PLAIN));
      }
    }
    return model.states();
  }
}
