package io.holdfast.crash.internal.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way in which the first units of a doubt may have arrived, with the fewest of them lost. */
final class Way {
  final long[] values;
  final int lostUnits;
  private final @Nullable Lost lost;

  /** The words, one bit each, of lines that have lost a store which an ordered one would bring. */
  private final long brokenLines;

  private final boolean writeLost;

  /** The last lost unit, those before it, and the first of them all. */
  private record Lost(Unit unit, @Nullable Lost before, Unit first) {}

  /** What later units can tell of a way. */
  static final class Key {
    private final long[] values;
    private final long brokenLines;
    private final boolean writeLost;

    private Key(Way way) {
      values = way.values;
      brokenLines = way.brokenLines;
      writeLost = way.writeLost;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && brokenLines == key.brokenLines
          && writeLost == key.writeLost
          && Arrays.equals(values, key.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values) * 31 + Long.hashCode(brokenLines) + (writeLost ? 1 : 0);
    }
  }

  private Way(
      long[] values, long brokenLines, boolean writeLost, @Nullable Lost lost, int lostUnits) {
    this.values = values;
    this.brokenLines = brokenLines;
    this.writeLost = writeLost;
    this.lost = lost;
    this.lostUnits = lostUnits;
  }

  /** {@return the way in which no unit has come yet} */
  static Way before(long[] values) {
    return new Way(values, 0, false, null, 0);
  }

  /**
   * Adds this way to {@code ways}, unless one that later units cannot tell from it loses no more.
   */
  void keepIfBest(Map<Key, Way> ways) {
    ways.merge(new Key(this), this, (a, b) -> a.lostUnits <= b.lostUnits ? a : b);
  }

  /**
   * {@return whether {@code unit} may arrive}
   *
   * @param line the words of its line, if any store in it is ordered
   */
  boolean allows(Unit unit, long line) {
    return switch (unit.kind()) {
      case PLAIN, NON_TEMPORAL -> true;
      case ORDERED -> (brokenLines & line) == 0;
      case WRITE -> !writeLost;
    };
  }

  /**
   * {@return the way with {@code unit}}
   *
   * @param words what its values are those of
   */
  Way with(Unit unit, CutWords words) {
    long[] changed = values.clone();
    words.put(changed, unit);
    return new Way(changed, brokenLines, writeLost, lost, lostUnits);
  }

  /** {@return the way after the cuts from {@code first} on, up to {@code end}} */
  Way cut(CutWords words, int first, int end) {
    long[] changed = values.clone();
    words.cut(changed, first, end);
    return new Way(changed, brokenLines, writeLost, lost, lostUnits);
  }

  /**
   * {@return the way without {@code unit}}
   *
   * @param line the words of its line, if any store in it is ordered
   */
  Way without(Unit unit, long line) {
    boolean store = unit.kind() == Unit.Kind.PLAIN || unit.kind() == Unit.Kind.ORDERED;
    boolean write = unit.kind() == Unit.Kind.WRITE;
    return new Way(
        values,
        brokenLines | (store ? line : 0),
        writeLost || write,
        new Lost(unit, lost, lost == null ? unit : lost.first()),
        lostUnits + 1);
  }

  /**
   * {@return the way when no more units follow that could tell it from one with the same values}
   */
  Way complete() {
    return new Way(values, 0, false, lost, lostUnits);
  }

  /**
   * {@return whether of all units so far one alone is lost or has arrived, or just the oldest or
   * the newest ones are lost}
   */
  @SuppressWarnings("ReferenceEquality")
  boolean isSimple(List<Unit> units) {
    return Thinning.isSimple(
        units.size(),
        lostUnits,
        lost != null && lost.unit() == units.get(lostUnits - 1),
        lost != null && lost.first() == units.get(units.size() - lostUnits));
  }

  List<Unit> lostUnits() {
    List<Unit> list = new ArrayList<>(lostUnits);
    for (Lost next = lost; next != null; next = next.before()) {
      list.add(next.unit());
    }
    return list.reversed();
  }
}
