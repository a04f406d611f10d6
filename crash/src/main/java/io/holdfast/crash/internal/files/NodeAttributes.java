package io.holdfast.crash.internal.files;

import io.holdfast.crash.internal.medium.Node;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What is known of a file or folder at one moment. Immutable. */
record NodeAttributes(
    boolean isDirectory,
    long size,
    FileTime lastModifiedTime,
    FileTime lastAccessTime,
    FileTime creationTime,
    Set<PosixFilePermission> permissions,
    UserPrincipal owner,
    GroupPrincipal group,
    Object fileKey)
    implements PosixFileAttributes {

  static NodeAttributes of(Node node) {
    return new NodeAttributes(
        node.isFolder(),
        node.size(),
        node.modified(),
        node.accessed(),
        node.created(),
        node.permissions(),
        new Principal(node.owner()),
        new Principal(node.group()),
        "file " + node.number());
  }

  /** A user or group, by name. */
  private record Principal(String getName) implements GroupPrincipal {
    @Override
    public String getName() {
      return getName;
    }

    @Override
    public String toString() {
      return getName;
    }
  }

  @Override
  public boolean isRegularFile() {
    return !isDirectory;
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  /** {@return the attributes of a view, "basic", "posix" or "owner", by name} */
  Map<String, Object> view(String name) {
    Map<String, Object> all = new LinkedHashMap<>();
    if (!name.equals("owner")) {
      all.put("lastModifiedTime", lastModifiedTime);
      all.put("lastAccessTime", lastAccessTime);
      all.put("creationTime", creationTime);
      all.put("size", size);
      all.put("isRegularFile", isRegularFile());
      all.put("isDirectory", isDirectory);
      all.put("isSymbolicLink", false);
      all.put("isOther", false);
      all.put("fileKey", fileKey);
    }
    switch (name) {
      case "basic" -> {}
      case "owner" -> all.put("owner", owner);
      case "posix" -> {
        all.put("permissions", permissions);
        all.put("owner", owner);
        all.put("group", group);
      }
      default -> throw new UnsupportedOperationException("View '" + name + "' not available");
    }
    return all;
  }
}
