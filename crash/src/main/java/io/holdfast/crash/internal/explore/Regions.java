package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Engine;
import io.holdfast.crash.internal.model.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which parts of a run the markers have opened, and which engine is therefore to be used. */
final class Regions {
  private final Engine otherwise;
  private final Map<String, Engine> engines;
  private final List<String> open = new ArrayList<>();

  /**
   * Begins outside of all regions.
   *
   * @param otherwise the engine where no open region has one
   */
  Regions(Engine otherwise, Map<String, Engine> engines) {
    this.otherwise = otherwise;
    this.engines = engines;
  }

  void note(Event event) {
    switch (event) {
      case Event.BeginRegion begin -> open.add(begin.name());
      case Event.EndRegion end -> {
        int last = open.lastIndexOf(end.name());
        if (last >= 0) {
          open.remove(last);
        }
      }
      default -> {}
    }
  }

  /** {@return the engine of the region that was opened last and has one} */
  Engine engine() {
    for (String name : open.reversed()) {
      Engine engine = engines.get(name);
      if (engine != null) {
        return engine;
      }
    }
    return otherwise;
  }
}
