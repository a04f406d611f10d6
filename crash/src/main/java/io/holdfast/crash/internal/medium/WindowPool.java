package io.holdfast.crash.internal.medium;

import java.util.HashMap;
import java.util.Map;

/**
 * Windows of media that are no longer used, for those that come after: the one that showed a file
 * before needs the fewest changes to show it again. Not for use by several threads.
 */
public final class WindowPool {
  /** What a window shows: a file itself, or the private mapping of it that was made as the n-th. */
  public record Use(int file, int mapping) {
    static Use ofFile(int file) {
      return new Use(file, -1);
    }
  }

  private final Map<Use, Window> idle = new HashMap<>();

  public Window take(Use use) {
    Window window = idle.remove(use);
    return window == null ? new Window(Window.PAGE_BYTES) : window;
  }

  public void giveBack(Use use, Window window) {
    idle.put(use, window);
  }
}
