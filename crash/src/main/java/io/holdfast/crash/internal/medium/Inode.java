package io.holdfast.crash.internal.medium;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file as running programs see it. Everything here happens under the medium's lock. */
final class Inode extends Node {
  private final Window window;
  private final List<PrivateView> privateViews = new ArrayList<>();
  private long size;
  private @Nullable SimulatedFile owner;

  Inode(int number, Window window, long size, FileTime now) {
    super(number, EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE), now);
    this.window = window;
    this.size = size;
    window.reserve(size);
  }

  @Override
  public boolean isFolder() {
    return false;
  }

  Window window() {
    return window;
  }

  @Override
  public long size() {
    return size;
  }

  /** Sets the size; bytes beyond a smaller one are gone. */
  void resize(long newSize) {
    privateViews.forEach(PrivateView::findStores);
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
