package io.holdfast.crash.internal.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

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

  /** {@return all that is in doubt, oldest first} */
  public List<? extends InDoubt> pieces();

  /**
   * {@return the choice in which the medium looks as if the given pieces had arrived, with those
   * that must have arrived before them, and no others; -1 if a selection of the ways lacks it}
   */
  public int choice(Predicate<InDoubt> arrived);

  /**
   * One way: the words' values, first those that they have if the file has not been cut, and how
   * its file's fingerprint differs from that of the certain content.
   */
  public record ContentChoice(long[] values, List<Unit> lost, long high, long low) {}

  /** One way for names: the names, and what is lost. */
  public record NameChoice(SortedMap<Name, Integer> names, List<NameChange> lost) {}

  /**
   * Words of a file.
   *
   * @param units what is in doubt, oldest first
   * @param cutWords the words, with the cuts of the file that are in doubt
   * @param certain their values in which nothing has arrived
   * @param ways their values and what is lost, per choice
   * @param complete whether these are all the ways there are, and not a selection
   */
  public record OfContent(
      int file,
      List<Unit> units,
      CutWords cutWords,
      long[] certain,
      List<ContentChoice> ways,
      boolean complete)
      implements Doubt {
    @Override
    public int choices() {
      return ways.size();
    }

    @Override
    public List<Unit> lost(int choice) {
      return ways.get(choice).lost();
    }

    @Override
    public List<Unit> pieces() {
      return units;
    }

    /** {@return the numbers of the words} */
    public long[] words() {
      return cutWords.words();
    }

    @Override
    public int choice(Predicate<InDoubt> arrived) {
      long[] values = cutWords.start(certain);
      int cut = 0;
      for (Unit unit : closure(arrived).reversed()) {
        cutWords.cut(values, cut, cutWords.cutsBefore(unit));
        cut = cutWords.cutsBefore(unit);
        cutWords.put(values, unit);
      }
      cutWords.cut(values, cut, cutWords.cuts().size());
      for (int choice = 0; choice < ways.size(); choice++) {
        if (Arrays.equals(ways.get(choice).values(), values)) {
          return choice;
        }
      }
      return -1;
    }

    /** {@return the units that have arrived if those given have, newest first} */
    private List<Unit> closure(Predicate<InDoubt> arrived) {
      List<Unit> closure = new ArrayList<>();
      List<Long> orderedLines = new ArrayList<>();
      boolean written = false;
      for (Unit unit : units.reversed()) {
        boolean implied =
            switch (unit.kind()) {
              case PLAIN, ORDERED -> orderedLines.contains(unit.line());
              case WRITE -> written;
              case NON_TEMPORAL -> false;
            };
        if (implied || arrived.test(unit)) {
          closure.add(unit);
          if (unit.kind() == Unit.Kind.ORDERED) {
            orderedLines.add(unit.line());
          }
          written |= unit.kind() == Unit.Kind.WRITE;
        }
      }
      return closure;
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

    @Override
    public List<SizeChange> pieces() {
      return changes;
    }

    /** {@return the file's size in a way} */
    long sizeIn(int choice) {
      int arrived = changes.size() - choice;
      return arrived == 0 ? certain : changes.get(arrived - 1).size();
    }

    @Override
    public int choice(Predicate<InDoubt> arrived) {
      int lost = 0;
      while (lost < changes.size() && !arrived.test(changes.get(changes.size() - 1 - lost))) {
        lost++;
      }
      return lost;
    }
  }

  /**
   * The names of all files and folders.
   *
   * @param certain those in which nothing has arrived
   * @param changes what is in doubt, oldest first
   * @param reachable gives those of some names to which a way leads
   * @param reached the numbers of the files and folders that have a name in one of the ways
   * @param complete whether these are all the ways there are, and not a selection
   */
  public record OfNames(
      SortedMap<Name, Integer> certain,
      List<NameChange> changes,
      UnaryOperator<SortedMap<Name, Integer>> reachable,
      Set<Integer> reached,
      List<NameChoice> ways,
      boolean complete)
      implements Doubt {
    @Override
    public int choices() {
      return ways.size();
    }

    @Override
    public List<NameChange> lost(int choice) {
      return ways.get(choice).lost();
    }

    @Override
    public List<NameChange> pieces() {
      return changes;
    }

    @Override
    public int choice(Predicate<InDoubt> arrived) {
      List<NameChange> closure = new ArrayList<>();
      for (NameChange change : changes.reversed()) {
        if (arrived.test(change) || closure.stream().anyMatch(later -> later.dependsOn(change))) {
          closure.add(change);
        }
      }
      TreeMap<Name, Integer> arriving = new TreeMap<>(certain);
      closure.reversed().forEach(change -> change.applyTo(arriving));
      SortedMap<Name, Integer> names = reachable.apply(arriving);
      for (int choice = 0; choice < ways.size(); choice++) {
        if (ways.get(choice).names().equals(names)) {
          return choice;
        }
      }
      return -1;
    }
  }
}
