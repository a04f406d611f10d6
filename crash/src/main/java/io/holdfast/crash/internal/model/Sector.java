package io.holdfast.crash.internal.model;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The units in doubt within 512 bytes of a file, oldest first, and the ways in which they may have
 * arrived.
 *
 * <p>Nothing orders bytes of different sectors. Within one, the words that no ordered store and no
 * file write connects are doubts of their own: a file write makes one doubt of the sector, an
 * ordered store one of its line. The ways of a doubt are found by going through its units in order,
 * each of which arrives or is lost in every way so far that allows it; ways that cannot be told
 * apart are one, which is why a counter stored a thousand times has a thousand ways and not two to
 * the power of that.
 */
final class Sector {
  private static final int MAX_WAYS = 1024;
  private static final int SECTOR_WORDS = Unit.SECTOR_BYTES / Long.BYTES;
  private static final int LINE_WORDS = Unit.LINE_BYTES / Long.BYTES;

  private final int file;
  private final long number;
  private final List<Unit> units = new ArrayList<>();
  private @Nullable List<Doubt.OfContent> doubts;

  /** The cuts with which they were found. */
  private List<SizeChange> cuts = List.of();

  Sector(int file, long number) {
    this.file = file;
    this.number = number;
  }

  Sector fork(IdentityHashMap<Unit, Unit> forks) {
    Sector fork = new Sector(file, number);
    for (Unit unit : units) {
      Unit copy = unit.fork();
      forks.put(unit, copy);
      fork.units.add(copy);
    }
    return fork;
  }

  List<Unit> units() {
    return units;
  }

  boolean isEmpty() {
    return units.isEmpty();
  }

  void add(Unit unit) {
    units.add(unit);
    doubts = null;
  }

  void remove(Unit unit) {
    units.remove(unit);
    doubts = null;
  }

  /**
   * Forgets all bytes older than {@code sequence} that lie beyond {@code size}: their place is
   * gone.
   */
  void cut(long size, long sequence) {
    for (Unit unit : units) {
      if (unit.sequence() < sequence) {
        for (int i = 0; i < unit.words(); i++) {
          long kept = size - (unit.firstWord() + i) * Long.BYTES;
          if (kept < Long.BYTES) {
            unit.hide(i, kept <= 0 ? -1 : -1L << (kept * Byte.SIZE));
          }
        }
      }
    }
    dropHidden();
  }

  /**
   * Moves the units that are marked settled, and the file writes that those imply, into {@code
   * certain}. What an older unit would put where a settled one has put its bytes no longer matters.
   */
  void settle(Content certain) {
    boolean written = false;
    for (int i = units.size() - 1; i >= 0; i--) {
      Unit unit = units.get(i);
      if (unit.kind() == Unit.Kind.WRITE) {
        unit.settled |= written;
        written |= unit.settled;
      }
    }
    for (Unit unit : units) {
      if (unit.settled) {
        unit.putInto(certain);
      }
    }
    long[] covered = new long[SECTOR_WORDS];
    for (int i = units.size() - 1; i >= 0; i--) {
      Unit unit = units.get(i);
      int slot = slot(unit);
      for (int word = 0; word < unit.words(); word++) {
        if (unit.settled) {
          covered[slot + word] |= unit.mask(word);
        } else {
          unit.hide(word, covered[slot + word]);
        }
      }
    }
    dropHidden();
  }

  private void dropHidden() {
    units.removeIf(
        unit -> {
          unit.settled |= unit.isHidden();
          return unit.settled;
        });
    doubts = null;
  }

  /**
   * {@return the doubts, given what is certain; those with one choice only left out}
   *
   * @param cutsInDoubt the changes of size in doubt that make the file shorter
   */
  List<Doubt.OfContent> doubts(Content certain, List<SizeChange> cutsInDoubt) {
    List<Doubt.OfContent> known = doubts;
    if (known == null || !cuts.equals(cutsInDoubt)) {
      cuts = cutsInDoubt;
      known = find(certain);
      doubts = known;
    }
    return known;
  }

  private List<Doubt.OfContent> find(Content certain) {
    TreeMap<Integer, List<Unit>> groups = new TreeMap<>();
    long written = 0;
    long orderedLines = 0;
    for (Unit unit : units) {
      if (unit.kind() == Unit.Kind.WRITE) {
        written |= slots(unit);
      } else if (unit.kind() == Unit.Kind.ORDERED) {
        orderedLines |= lineOf(slot(unit));
      }
    }
    for (int slot = 0; slot < SECTOR_WORDS; slot += LINE_WORDS) {
      long line = lineOf(slot);
      if ((orderedLines & line) != 0 && (written & line) != 0) {
        written |= line;
      }
    }
    for (Unit unit : units) {
      int slot = slot(unit);
      int group =
          (written & 1L << slot) != 0
              ? -1
              : (orderedLines & 1L << slot) != 0 ? slot / LINE_WORDS * LINE_WORDS : slot;
      groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(unit);
    }
    List<Doubt.OfContent> found = new ArrayList<>(groups.size());
    for (List<Unit> group : groups.values()) {
      Doubt.OfContent doubt = doubt(group, certain, orderedLines);
      if (doubt.choices() > 1) {
        found.add(doubt);
      }
    }
    return found;
  }

  /** {@return a bit for each word of the sector that the unit has} */
  private long slots(Unit unit) {
    return (-1L >>> (Long.SIZE - unit.words())) << slot(unit);
  }

  /** {@return a bit for each word of the line} */
  private static long lineOf(int slot) {
    return 0xFFL << (slot / LINE_WORDS * LINE_WORDS);
  }

  private int slot(Unit unit) {
    return (int) (unit.firstWord() - number * SECTOR_WORDS);
  }

  private Doubt.OfContent doubt(List<Unit> group, Content certain, long orderedLines) {
    long slots = 0;
    for (Unit unit : group) {
      slots |= slots(unit);
    }
    long[] words = new long[Long.bitCount(slots)];
    long[] before = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = number * SECTOR_WORDS + Long.numberOfTrailingZeros(slots);
      before[i] = certain.word(words[i]);
      slots &= slots - 1;
    }
    boolean complete = true;
    CutWords values = new CutWords(words, cuts);
    List<Way> ways = List.of(Way.before(values.start(before)));
    int cut = 0;
    int things = 0;
    for (Unit unit : group) {
      things++;
      ways = cut(ways, values, cut, values.cutsBefore(unit));
      cut = values.cutsBefore(unit);
      long line = orderedLines & lineOf(slot(unit));
      Map<Way.Key, Way> next = new LinkedHashMap<>();
      for (Way way : ways) {
        if (way.allows(unit, line)) {
          way.with(unit, values).keepIfBest(next);
        }
      }
      for (Way way : ways) {
        way.without(unit, line).keepIfBest(next);
      }
      complete &= next.size() <= MAX_WAYS;
      List<Unit> soFar = group.subList(0, things);
      ways =
          Thinning.keep(
              new ArrayList<>(next.values()),
              MAX_WAYS,
              way -> way.isSimple(soFar),
              unit.sequence() * SECTOR_WORDS + slot(unit));
    }
    ways = cut(ways, values, cut, cuts.size());
    return new Doubt.OfContent(
        file, List.copyOf(group), values, before, states(ways, words, before), complete);
  }

  private static List<Way> cut(List<Way> ways, CutWords words, int first, int end) {
    return first == end ? ways : ways.stream().map(way -> way.cut(words, first, end)).toList();
  }

  private static List<Doubt.ContentChoice> states(List<Way> ways, long[] words, long[] before) {
    Map<Way.Key, Way> best = new LinkedHashMap<>();
    for (Way way : ways) {
      way.complete().keepIfBest(best);
    }
    List<Doubt.ContentChoice> states = new ArrayList<>(best.size());
    for (Way way : best.values()) {
      long high = 0;
      long low = 0;
      for (int i = 0; i < words.length; i++) {
        high += Fingerprint.high(words[i], way.values[i]) - Fingerprint.high(words[i], before[i]);
        low += Fingerprint.low(words[i], way.values[i]) - Fingerprint.low(words[i], before[i]);
      }
      states.add(new Doubt.ContentChoice(way.values, way.lostUnits(), high, low));
    }
    return states;
  }
}
