package io.holdfast.heap;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;

/** The media that every promise of the heap is tested on. */
enum TestMedium {
  SIMULATED_BYTE(Granularity.BYTE),
  SIMULATED_CACHE_LINE(Granularity.CACHE_LINE),
  SIMULATED_PAGE(Granularity.PAGE),
  FILE_CACHE_LINE(Granularity.CACHE_LINE),
  FILE_PAGE(Granularity.PAGE);

  private static final String FORCE = "io.holdfast.pmem.forceGranularity";

  private final Granularity granularity;

  TestMedium(Granularity granularity) {
    this.granularity = granularity;
  }

  Granularity granularity() {
    return granularity;
  }

  /** {@return the medium; on files, its granularity is forced until {@link #leave}} */
  Medium enter() {
    return switch (this) {
      case SIMULATED_BYTE, SIMULATED_CACHE_LINE, SIMULATED_PAGE -> SimulatedMedium.of(granularity);
      case FILE_CACHE_LINE, FILE_PAGE -> {
        System.setProperty(FORCE, granularity.name());
        yield Medium.system();
      }
    };
  }

  void leave() {
    System.clearProperty(FORCE);
  }
}
