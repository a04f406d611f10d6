package io.holdfast.crash.internal.medium;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A file or a folder, and what is said about it besides its bytes and names. Everything here
 * happens under the medium's lock.
 *
 * <p>Times and permissions are of the run: a crash leaves those that a new file has.
 */
public abstract sealed class Node permits Inode, FolderNode {
  private final int number;
  private Set<PosixFilePermission> permissions;
  private String owner = "root";
  private String group = "root";
  private FileTime created;
  private FileTime modified;
  private FileTime accessed;

  Node(int number, Set<PosixFilePermission> permissions, FileTime now) {
    this.number = number;
    this.permissions = permissions;
    created = now;
    modified = now;
    accessed = now;
  }

  /** {@return the number that it keeps, whatever its name} */
  public int number() {
    return number;
  }

  public abstract boolean isFolder();

  /** {@return its bytes; none for a folder} */
  public abstract long size();

  void touch(FileTime now) {
    modified = now;
  }

  public FileTime created() {
    return created;
  }

  public FileTime modified() {
    return modified;
  }

  public FileTime accessed() {
    return accessed;
  }

  /** Sets the times; what they were, where nothing else is wanted. */
  public void setTimes(FileTime newModified, FileTime newAccessed, FileTime newCreated) {
    modified = newModified;
    accessed = newAccessed;
    created = newCreated;
  }

  public Set<PosixFilePermission> permissions() {
    return permissions;
  }

  public void setPermissions(Set<PosixFilePermission> value) {
    permissions = value.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(value));
  }

  public String owner() {
    return owner;
  }

  public void setOwner(String value) {
    owner = value;
  }

  public String group() {
    return group;
  }

  public void setGroup(String value) {
    group = value;
  }
}
