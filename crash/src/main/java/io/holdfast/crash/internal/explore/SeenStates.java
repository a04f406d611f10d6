package io.holdfast.crash.internal.explore;

import io.holdfast.crash.OutcomeGroup;
import io.holdfast.crash.internal.model.Fingerprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The states that have been checked, each by its fingerprint, with its outcome and with how many
 * further crashes were explored from it.
 *
 * <p>Kept in arrays of numbers: 20 bytes for a state, at a load of one half to three quarters, so
 * 27 to 40 bytes each. There are many small tables, which grow one at a time, so that growing takes
 * little beside what is kept. No more are remembered than allowed; the others are forgotten, and
 * counted as that. Of outcomes, the first {@link #MAX_OUTCOMES} are told apart. Not for use by
 * several threads.
 */
final class SeenStates {
  static final int MAX_OUTCOMES = 10_000;
  static final String OTHER_OUTCOMES = "(other outcomes)";

  /** What a state takes at the lowest load. */
  static final int BYTES_PER_STATE = 40;

  private static final int TABLES = 256;
  private static final int DEPTH_BITS = 8;
  private static final int MAX_DEPTH = (1 << DEPTH_BITS) - 1;

  private final Table[] tables = new Table[TABLES];
  private final List<String> outcomes = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final long most;
  private long size;
  private long forgotten;

  /** Allows to remember at most {@code most} states. */
  SeenStates(long most) {
    this.most = most;
    for (int i = 0; i < TABLES; i++) {
      tables[i] = new Table();
    }
    add(OutcomeGroup.FAILED);
  }

  /**
   * {@return the outcome of a state from which at least {@code depth} further crashes were
   * explored, {@code null} if it is not known}
   */
  @Nullable String outcome(Fingerprint state, int depth) {
    int value = tableOf(state).get(state.high(), state.low());
    return value == 0 || (value & MAX_DEPTH) < Math.min(depth, MAX_DEPTH)
        ? null
        : outcomes.get((value >>> DEPTH_BITS) - 1);
  }

  /** Remembers a state; {@return its outcome as it is told apart from others} */
  String put(Fingerprint state, String outcome, int depth) {
    int number = numberOf(outcome);
    int value = (number + 1) << DEPTH_BITS | Math.min(depth, MAX_DEPTH);
    Table table = tableOf(state);
    if (size < most) {
      size += table.put(state.high(), state.low(), value);
    } else if (!table.replace(state.high(), state.low(), value)) {
      forgotten++;
    }
    return outcomes.get(number);
  }

  /** {@return how many states are remembered} */
  long size() {
    return size;
  }

  /** {@return how many states could not be remembered} */
  long forgotten() {
    return forgotten;
  }

  private Table tableOf(Fingerprint state) {
    return tables[(int) (state.high() >>> 56) & (TABLES - 1)];
  }

  private int numberOf(String outcome) {
    Integer known = numbers.get(outcome);
    if (known != null) {
      return known;
    }
    if (outcomes.size() >= MAX_OUTCOMES) {
      return otherOutcomes();
    }
    return add(outcome);
  }

  private int otherOutcomes() {
    Integer known = numbers.get(OTHER_OUTCOMES);
    return known == null ? add(OTHER_OUTCOMES) : known;
  }

  private int add(String outcome) {
    int number = outcomes.size();
    outcomes.add(outcome);
    numbers.put(outcome, number);
    return number;
  }

  /** Open addressing with linear probing; a value of 0 is a free slot. */
  private static final class Table {
    private static final int FIRST_SLOTS = 16;

    private long[] keys = new long[2 * FIRST_SLOTS];
    private int[] values = new int[FIRST_SLOTS];
    private int used;

    int get(long high, long low) {
      return values[slot(high, low)];
    }

    boolean replace(long high, long low, int value) {
      int slot = slot(high, low);
      boolean known = values[slot] != 0;
      if (known) {
        values[slot] = value;
      }
      return known;
    }

    /** {@return how many states have come anew: 1 or 0} */
    int put(long high, long low, int value) {
      if (replace(high, low, value)) {
        return 0;
      }
      if (used + 1 > values.length / 4 * 3) {
        grow();
      }
      int slot = slot(high, low);
      keys[2 * slot] = high;
      keys[2 * slot + 1] = low;
      values[slot] = value;
      used++;
      return 1;
    }

    private int slot(long high, long low) {
      int mask = values.length - 1;
      int slot = (int) low & mask;
      while (values[slot] != 0 && (keys[2 * slot] != high || keys[2 * slot + 1] != low)) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private void grow() {
      long[] oldKeys = keys;
      int[] oldValues = values;
      keys = new long[oldKeys.length * 2];
      values = new int[oldValues.length * 2];
      for (int i = 0; i < oldValues.length; i++) {
        if (oldValues[i] != 0) {
          int slot = slot(oldKeys[2 * i], oldKeys[2 * i + 1]);
          keys[2 * slot] = oldKeys[2 * i];
          keys[2 * slot + 1] = oldKeys[2 * i + 1];
          values[slot] = oldValues[i];
        }
      }
    }
  }
}
