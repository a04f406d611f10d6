package io.holdfast.crash.internal.medium;

import io.holdfast.crash.internal.model.Folder;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;

/** A folder as running programs see it. */
final class FolderNode extends Node {
  private final Folder folder;

  FolderNode(Folder folder, FileTime now) {
    super(
        folder.number(),
        EnumSet.range(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE),
        now);
    this.folder = folder;
  }

  Folder folder() {
    return folder;
  }

  @Override
  public boolean isFolder() {
    return true;
  }

  @Override
  public long size() {
    return 0;
  }
}
