package io.holdfast.crash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way in which the first units of a doubt may have arrived, with the fewest of them lost. */
final class Way {
  final long[] values;

  /** The lines, one bit each, that have lost a store which an ordered one would bring. */
  final long brokenLines;

  final boolean writeLost;
  final @Nullable Lost lost;
  final int lostUnits;

  record Lost(Unit unit, @Nullable Lost before) {}

  /** What later units can tell of a way. */
  record Key(List<Long> values, long brokenLines, boolean writeLost) {}

  Way(long[] values, long brokenLines, boolean writeLost, @Nullable Lost lost, int lostUnits) {
    this.values = values;
    this.brokenLines = brokenLines;
    this.writeLost = writeLost;
    this.lost = lost;
    this.lostUnits = lostUnits;
  }

  static void keepBest(Map<Object, Way> ways, Way way) {
    Key key = new Key(Arrays.stream(way.values).boxed().toList(), way.brokenLines, way.writeLost);
    ways.merge(key, way, (a, b) -> a.lostUnits <= b.lostUnits ? a : b);
  }

  boolean allows(Unit unit) {
    return switch (unit.kind()) {
      case PLAIN, NON_TEMPORAL -> true;
      case ORDERED -> (brokenLines & lineBit(unit)) == 0;
      case WRITE -> !writeLost;
    };
  }

  Way with(Unit unit, int slot) {
    long[] changed = values.clone();
    for (int i = 0; i < unit.words(); i++) {
      changed[slot + i] = (changed[slot + i] & ~unit.mask(i)) | (unit.value(i) & unit.mask(i));
    }
    return new Way(changed, brokenLines, writeLost, lost, lostUnits);
  }

  /** {@return the way without {@code unit}, given the lines in which any store is ordered} */
  Way without(Unit unit, long orderedLines) {
    boolean store = unit.kind() == Unit.Kind.PLAIN || unit.kind() == Unit.Kind.ORDERED;
    boolean write = unit.kind() == Unit.Kind.WRITE;
    return new Way(
        values,
        brokenLines | (store ? lineBit(unit) & orderedLines : 0),
        writeLost || write,
        new Lost(unit, lost),
        lostUnits + 1);
  }

  List<Unit> lostUnits() {
    List<Unit> list = new ArrayList<>(lostUnits);
    for (Lost next = lost; next != null; next = next.before()) {
      list.add(next.unit());
    }
    return list.reversed();
  }

  /** {@return the bit that stands for the unit's line among those of its sector} */
  static long lineBit(Unit unit) {
    return 1L << (unit.line() % (Unit.SECTOR_BYTES / Unit.LINE_BYTES));
  }
}
