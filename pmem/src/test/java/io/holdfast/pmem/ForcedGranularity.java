package io.holdfast.pmem;

import java.util.function.Supplier;

/** Makes shared mappings report a granularity of the test's choice. */
final class ForcedGranularity {
  private static final String PROPERTY = "io.holdfast.pmem.forceGranularity";

  private ForcedGranularity() {}

  /** {@return what {@code action} returns, which maps while {@code granularity} is forced} */
  static <T> T during(Granularity granularity, Supplier<T> action) {
    System.setProperty(PROPERTY, granularity.name());
    try {
      return action.get();
    } finally {
      System.clearProperty(PROPERTY);
    }
  }
}
