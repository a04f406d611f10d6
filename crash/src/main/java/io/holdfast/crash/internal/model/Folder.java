package io.holdfast.crash.internal.model;

/**
 * A folder, by what no rename changes about it.
 *
 * <p>One that a program has made has a number, as files do. All others exist because somebody named
 * something in them: they are known by their path, are certain, and cannot be renamed or removed.
 *
 * @param number the folder's number, -1 if nobody made it
 * @param path the path of a folder that nobody made
 */
public record Folder(int number, String path) implements Comparable<Folder> {
  /** The folder that everything lies in. */
  public static final Folder ROOT = implied("/");

  /** {@return the folder that was made with that number} */
  public static Folder made(int number) {
    return new Folder(number, "");
  }

  /** {@return a folder that exists by being named} */
  public static Folder implied(String path) {
    return new Folder(-1, path);
  }

  public boolean isMade() {
    return number >= 0;
  }

  @Override
  public int compareTo(Folder other) {
    int order = Integer.compare(number, other.number);
    return order == 0 ? path.compareTo(other.path) : order;
  }
}
