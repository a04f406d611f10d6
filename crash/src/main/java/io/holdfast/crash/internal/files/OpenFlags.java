package io.holdfast.crash.internal.files;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a file is to be opened.
 *
 * @param options what was asked for, reading added where nothing else was
 */
record OpenFlags(EnumSet<StandardOpenOption> options) {

  /**
   * {@return the flags for a set of options}
   *
   * @throws IllegalArgumentException if they contradict each other
   * @throws UnsupportedOperationException if there is one that no file here can have
   */
  static OpenFlags of(Set<? extends OpenOption> wanted) {
    EnumSet<StandardOpenOption> options = EnumSet.noneOf(StandardOpenOption.class);
    for (OpenOption option : wanted) {
      if (option instanceof StandardOpenOption standard) {
        options.add(standard);
      } else if (option != LinkOption.NOFOLLOW_LINKS && !option.toString().equals("DIRECT")) {
        throw new UnsupportedOperationException(option + " not supported");
      }
    }
    if (options.contains(StandardOpenOption.APPEND)) {
      if (options.contains(StandardOpenOption.READ)) {
        throw new IllegalArgumentException("READ + APPEND not allowed");
      }
      if (options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
        throw new IllegalArgumentException("APPEND + TRUNCATE_EXISTING not allowed");
      }
      options.add(StandardOpenOption.WRITE);
    }
    if (!options.contains(StandardOpenOption.WRITE)) {
      options.add(StandardOpenOption.READ);
    }
    return new OpenFlags(options);
  }

  boolean has(StandardOpenOption option) {
    return options.contains(option);
  }

  boolean reads() {
    return has(StandardOpenOption.READ);
  }

  boolean writes() {
    return has(StandardOpenOption.WRITE);
  }

  /** {@return whether writes are durable on return} */
  boolean isDurable() {
    return has(StandardOpenOption.SYNC) || has(StandardOpenOption.DSYNC);
  }
}
