package io.holdfast.crash.internal.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A name in a folder: what stands for a file or for another folder.
 *
 * <p>Two names are equal if they are the same word in the same folder. The path is only how it was
 * called when it was looked up, since the folders above may be renamed: for people, and for
 * comparing trees. It belongs to no file system of {@code java.nio.file}. Immutable.
 */
public final class Name implements Comparable<Name> {
  private final Folder folder;
  private final String last;
  private final String path;

  private Name(Folder folder, String last, String path) {
    this.folder = folder;
    this.last = last;
    this.path = path;
  }

  /** {@return a name in a folder whose path is, at the moment, {@code folderPath}} */
  public static Name in(Folder folder, String folderPath, String last) {
    return new Name(folder, last, join(folderPath, last));
  }

  /** {@return the name of an absolute path whose folders exist by being named} */
  public static Name implied(String path) {
    int slash = path.lastIndexOf('/');
    String folder = slash <= 0 ? "/" : path.substring(0, slash);
    return new Name(Folder.implied(folder), path.substring(slash + 1), path);
  }

  /** {@return the same for a path of whatever file system} */
  public static Name implied(Path path) {
    return implied(path.toAbsolutePath().normalize().toString());
  }

  /** {@return this name, called by the path that it has when its folder's is as given} */
  public Name under(String folderPath) {
    String now = join(folderPath, last);
    return now.equals(path) ? this : new Name(folder, last, now);
  }

  private static String join(String folderPath, String last) {
    return folderPath.equals("/") ? "/" + last : folderPath + "/" + last;
  }

  public Folder folder() {
    return folder;
  }

  /** {@return the name without its folders} */
  public String last() {
    return last;
  }

  /** {@return the name with its folders} */
  public String path() {
    return path;
  }

  @Override
  public int compareTo(Name other) {
    int order = folder.compareTo(other.folder);
    return order == 0 ? last.compareTo(other.last) : order;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Name name && name.folder.equals(folder) && name.last.equals(last);
  }

  @Override
  public int hashCode() {
    return folder.hashCode() * 31 + last.hashCode();
  }

  @Override
  public String toString() {
    return path;
  }
}
