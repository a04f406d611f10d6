package io.holdfast.crash.internal.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives equal things one number each, since the events of a run share most of what is said of them.
 */
final class Numbering<T> {
  private final Map<T, Integer> numbers = new LinkedHashMap<>();

  int of(T thing) {
    return numbers.computeIfAbsent(thing, _ -> numbers.size());
  }

  /** {@return the things, each at the place of its number} */
  List<T> all() {
    return List.copyOf(numbers.keySet());
  }
}
