package io.holdfast.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Several sides of a group, as one.
 *
 * @param parts whose rows follow each other
 */
record Benches(List<Bench> parts) implements Bench {
  @Override
  public List<Scenario> scenarios(Peers peers, Extent extent) {
    List<Scenario> scenarios = new ArrayList<>();
    for (Bench part : parts) {
      scenarios.addAll(part.scenarios(peers, extent));
    }
    return scenarios;
  }

  @Override
  public void close() {
    parts.forEach(Bench::close);
  }
}
