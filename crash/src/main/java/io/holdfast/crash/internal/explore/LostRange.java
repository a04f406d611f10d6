package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.InDoubt;
import io.holdfast.crash.internal.model.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring pieces of one event that are lost, or one piece that is no bytes.
 *
 * @param first the first of the pieces
 * @param from the first lost byte, an offset in the file
 * @param to the end of the last
 */
record LostRange(InDoubt first, long from, long to) {

  /** {@return what is lost, in as few ranges as it takes} */
  static List<LostRange> of(List<InDoubt> lost) {
    List<LostRange> ranges = new ArrayList<>();
    for (InDoubt piece : lost) {
      LostRange range =
          piece instanceof Unit unit
              ? new LostRange(unit, unit.from(), unit.to())
              : new LostRange(piece, -1, -1);
      if (!ranges.isEmpty() && ranges.getLast().isContinuedBy(range)) {
        LostRange last = ranges.removeLast();
        range = new LostRange(last.first, last.from, range.to);
      }
      ranges.add(range);
    }
    return ranges;
  }

  @SuppressWarnings("ReferenceEquality") // events are compared by identity
  private boolean isContinuedBy(LostRange next) {
    return first.event() == next.first.event()
        && first instanceof Unit
        && next.first instanceof Unit
        && to == next.from;
  }

  String describe() {
    return first instanceof Unit unit ? unit.describe(from, to) : first.describe();
  }
}
