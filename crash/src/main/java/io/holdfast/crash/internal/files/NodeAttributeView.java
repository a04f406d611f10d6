package io.holdfast.crash.internal.files;

import io.holdfast.crash.internal.medium.Node;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The attributes of a file or folder, to be read and set. May be shared between threads. */
record NodeAttributeView(Route route, String name) implements PosixFileAttributeView {

  @Override
  public PosixFileAttributes readAttributes() throws IOException {
    return route.files().attributes(route);
  }

  @Override
  public void setTimes(
      @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
      throws IOException {
    change(
        node ->
            node.setTimes(
                Objects.requireNonNullElse(modified, node.modified()),
                Objects.requireNonNullElse(accessed, node.accessed()),
                Objects.requireNonNullElse(created, node.created())));
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    change(node -> node.setPermissions(permissions));
  }

  @Override
  public void setGroup(GroupPrincipal group) throws IOException {
    change(node -> node.setGroup(group.getName()));
  }

  @Override
  public UserPrincipal getOwner() throws IOException {
    return readAttributes().owner();
  }

  @Override
  public void setOwner(UserPrincipal owner) throws IOException {
    change(node -> node.setOwner(owner.getName()));
  }

  private void change(Consumer<Node> change) throws IOException {
    route.files().change(route, change);
  }

  /** Sets an attribute by its name. */
  @SuppressWarnings("unchecked") // as documented, a ClassCastException for a value of another type
  void set(String attribute, Object value) throws IOException {
    switch (attribute) {
      case "lastModifiedTime" -> setTimes((FileTime) value, null, null);
      case "lastAccessTime" -> setTimes(null, (FileTime) value, null);
      case "creationTime" -> setTimes(null, null, (FileTime) value);
      case "permissions" -> setPermissions((Set<PosixFilePermission>) value);
      case "owner" -> setOwner((UserPrincipal) value);
      case "group" -> setGroup((GroupPrincipal) value);
      default -> throw new IllegalArgumentException("'%s' not recognized".formatted(attribute));
    }
  }
}
