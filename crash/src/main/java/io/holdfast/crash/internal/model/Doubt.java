package io.holdfast.crash.internal.model;

import java.util.List;
import java.util.SortedMap;

/**
 * Something on the medium that a power failure may leave in one of several ways, independently of
 * every other doubt.
 *
 * <p>In the first of its choices nothing is lost. In the last everything is, unless that looks the
 * same as an earlier one.
 */
@SuppressWarnings("ArrayRecordComponent") // doubts are compared by identity
public sealed interface Doubt {
  /** {@return how many ways there are} */
  public int choices();

  /** {@return what is lost in the given way} */
  public List<? extends InDoubt> lost(int choice);

  /**
   * One way: the words' values, and how its file's fingerprint differs from that of the certain
   * content.
   */
  public record ContentChoice(long[] values, List<Unit> lost, long high, long low) {}

  /** One way for names: the names, and what is lost. */
  public record NameChoice(SortedMap<Name, Integer> names, List<NameChange> lost) {}

  /**
   * Words of a file.
   *
   * @param words the numbers of the words
   * @param ways their values and what is lost, per choice
   * @param complete whether these are all the ways there are, and not a selection
   */
  public record OfContent(int file, long[] words, List<ContentChoice> ways, boolean complete)
      implements Doubt {
    @Override
    public int choices() {
      return ways.size();
    }

    @Override
    public List<Unit> lost(int choice) {
      return ways.get(choice).lost();
    }
  }

  /** The size of a file: in choice {@code n} the last {@code n} of the changes are lost. */
  public record OfSize(int file, long certain, List<SizeChange> changes) implements Doubt {
    @Override
    public int choices() {
      return changes.size() + 1;
    }

    @Override
    public List<SizeChange> lost(int choice) {
      return changes.subList(changes.size() - choice, changes.size());
    }
  }

  /**
   * The names of all files and folders.
   *
   * @param complete whether these are all the ways there are, and not a selection
   */
  public record OfNames(List<NameChoice> ways, boolean complete) implements Doubt {
    @Override
    public int choices() {
      return ways.size();
    }

    @Override
    public List<NameChange> lost(int choice) {
      return ways.get(choice).lost();
    }
  }
}
