package io.holdfast.crash.internal.medium;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file as running programs see it. Everything here happens under the medium's lock. */
final class Inode {
  private final int number;
  private final Window window;
  private final List<PrivateView> privateViews = new ArrayList<>();
  private long size;
  private @Nullable SimulatedFile owner;

  Inode(int number, Window window, long size) {
    this.number = number;
    this.window = window;
    this.size = size;
    window.reserve(size);
  }

  int number() {
    return number;
  }

  Window window() {
    return window;
  }

  long size() {
    return size;
  }

  /** Sets the size; bytes beyond a smaller one are gone. */
  void resize(long newSize) {
    if (newSize < size) {
      long cut = size - newSize;
      window.zero(newSize, cut);
      changed(newSize, cut);
    }
    window.reserve(newSize);
    size = newSize;
  }

  /**
   * Shows changed bytes of the window to the private mappings that have not made them their own.
   */
  void changed(long position, long length) {
    for (PrivateView view : privateViews) {
      view.refresh(position, length);
    }
  }

  void add(PrivateView view) {
    privateViews.add(view);
  }

  void remove(PrivateView view) {
    privateViews.remove(view);
  }

  boolean lock(SimulatedFile file) {
    if (owner == null) {
      owner = file;
    }
    return owner == file;
  }

  void unlock(SimulatedFile file) {
    if (owner == file) {
      owner = null;
    }
  }
}
