package io.holdfast.crash.internal.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One file: the bytes and the size that are certain, those that are visible, and what is in doubt
 * in between.
 *
 * <p>Changes of size keep their order. Cutting a file short takes what lay beyond with it, so what
 * was stored there later is certain only together with the cut.
 */
final class FileModel {
  private static final long PAGE_BYTES = 4096;

  private final int number;
  private final Content certain;
  private Content visible;
  private long certainSize;
  private long visibleSize;
  private boolean hasOrphans;
  private final TreeMap<Long, Sector> sectors = new TreeMap<>();
  private final List<SizeChange> sizes = new ArrayList<>();
  private long lastResize;

  FileModel(int number, MediumImage.FileImage image) {
    this(number, image.content().copy(), image.content().copy(), image.size(), image.size());
  }

  private FileModel(
      int number, Content certain, Content visible, long certainSize, long visibleSize) {
    this.number = number;
    this.certain = certain;
    this.visible = visible;
    this.certainSize = certainSize;
    this.visibleSize = visibleSize;
  }

  FileModel fork(IdentityHashMap<Unit, Unit> forks) {
    FileModel fork =
        new FileModel(number, certain.copy(), visible.copy(), certainSize, visibleSize);
    sectors.forEach((index, sector) -> fork.sectors.put(index, sector.fork(forks)));
    fork.sizes.addAll(sizes);
    fork.hasOrphans = hasOrphans;
    fork.lastResize = lastResize;
    return fork;
  }

  MediumImage.FileImage visible() {
    return new MediumImage.FileImage(visible.copy(), visibleSize);
  }

  /** Adds a unit that is visible from now on and in doubt. */
  void add(Unit unit) {
    unit.putInto(visible);
    sectors.computeIfAbsent(unit.sector(), index -> new Sector(number, index)).add(unit);
    if (hasOrphans) {
      // Whatever makes the page dirty again brings back what a failed sync has left behind in it.
      long page = unit.firstWord() * Long.BYTES / PAGE_BYTES * PAGE_BYTES;
      forEach(page, PAGE_BYTES, older -> older.orphaned = false);
    }
  }

  /** Undoes the last {@link #add} of {@code units}: they have never been visible. */
  void remove(List<Unit> units) {
    for (Unit unit : units) {
      Sector sector = sectors.get(unit.sector());
      if (sector != null) {
        sector.remove(unit);
        if (sector.isEmpty()) {
          sectors.remove(unit.sector());
        }
      }
    }
    visible = image(Set.of(), 0).content();
  }

  void resize(long sequence, Event event, long size) {
    if (size < visibleSize) {
      visible.truncate(size);
    }
    visibleSize = size;
    lastResize = sequence;
    sizes.add(new SizeChange(sequence, event, size));
  }

  /** {@return the number of the last event that changed the file's size} */
  long lastResize() {
    return lastResize;
  }

  /** {@return the number of the last size that was set, up to {@code sequence}; -1 if none} */
  long lastSizeSet(long sequence) {
    long last = -1;
    for (SizeChange change : sizes) {
      if (change.sequence() <= sequence && JournalOrder.isSet(change)) {
        last = change.sequence();
      }
    }
    return last;
  }

  /** Makes all of the file certain that was written up to {@code sequence}. */
  void settleUpTo(long sequence) {
    List<Unit> units = new ArrayList<>();
    forEach(
        0,
        Math.max(1, end()),
        unit -> {
          if (unit.sequence() <= sequence && unit.kind() == Unit.Kind.WRITE && !unit.orphaned) {
            units.add(unit);
          }
        });
    settle(units);
    settleSizes(sequence);
  }

  long visibleSize() {
    return visibleSize;
  }

  /** Calls {@code action} for all units with a word in the range. */
  void forEach(long position, long length, Consumer<Unit> action) {
    long end = position + length;
    for (Sector sector :
        sectors
            .subMap(position / Unit.SECTOR_BYTES, true, (end - 1) / Unit.SECTOR_BYTES, true)
            .values()) {
      for (Unit unit : sector.units()) {
        if (unit.firstWord() * Long.BYTES < end && unit.end() > position) {
          action.accept(unit);
        }
      }
    }
  }

  /** Settles all units in the pages of a range for which the kernel's word is good. */
  void settlePages(long position, long length, Predicate<Unit> covered) {
    long first = position / PAGE_BYTES * PAGE_BYTES;
    long end = (position + length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    List<Unit> settled = new ArrayList<>();
    forEach(
        first,
        end - first,
        unit -> {
          if (!unit.orphaned && covered.test(unit)) {
            settled.add(unit);
          }
        });
    settle(settled);
  }

  /** Settles the size and all units for which the kernel's word is good. */
  void settleAll(Predicate<Unit> covered) {
    settleSizes(Long.MAX_VALUE);
    settlePages(0, Math.max(1, end()), covered);
  }

  private long end() {
    return sectors.isEmpty() ? 0 : (sectors.lastKey() + 1) * Unit.SECTOR_BYTES;
  }

  /** Leaves the units of a range to a sync that will not come. */
  void orphan(long position, long length) {
    hasOrphans = true;
    forEach(
        position, Math.min(length, Math.max(1, end() - position)), unit -> unit.orphaned = true);
  }

  /** Makes units of this file certain. */
  void settle(List<Unit> units) {
    Set<Long> touched = new HashSet<>();
    long cut = -1;
    for (Unit unit : units) {
      if (!unit.settled) {
        for (SizeChange size : sizes) {
          if (size.sequence() < unit.sequence() && size.size() < unit.end()) {
            cut = Math.max(cut, size.sequence());
          }
        }
      }
    }
    settleSizes(cut);
    for (Unit unit : units) {
      if (!unit.settled) {
        unit.settled = true;
        touched.add(unit.sector());
      }
    }
    for (long index : touched) {
      Sector sector = sectors.get(index);
      if (sector != null) {
        sector.settle(certain);
        if (sector.isEmpty()) {
          sectors.remove(index);
        }
      }
    }
  }

  /** Makes the size certain that a durable write up to {@code end} needs to be readable. */
  void settleSizeFor(long end, long sequence) {
    while (certainSize < end && !sizes.isEmpty() && sizes.getFirst().sequence() <= sequence) {
      settleSizes(sizes.getFirst().sequence());
    }
  }

  /** Makes all changes of size up to {@code sequence} certain. */
  void settleSizes(long sequence) {
    while (!sizes.isEmpty() && sizes.getFirst().sequence() <= sequence) {
      SizeChange change = sizes.removeFirst();
      if (change.size() < certainSize) {
        certain.truncate(change.size());
        sectors
            .tailMap(change.size() / Unit.SECTOR_BYTES, true)
            .values()
            .forEach(sector -> sector.cut(change.size(), change.sequence()));
        sectors.values().removeIf(Sector::isEmpty);
      }
      certainSize = change.size();
    }
  }

  /** {@return what is in doubt about the bytes} */
  List<Doubt.OfContent> contentDoubts() {
    List<Doubt.OfContent> doubts = new ArrayList<>();
    List<SizeChange> cuts = cuts();
    sectors.values().forEach(sector -> doubts.addAll(sector.doubts(certain, cuts)));
    return doubts;
  }

  /** {@return the changes of size in doubt that make the file shorter} */
  private List<SizeChange> cuts() {
    if (sizes.isEmpty()) {
      return List.of();
    }
    List<SizeChange> cuts = new ArrayList<>();
    long size = certainSize;
    for (SizeChange change : sizes) {
      if (change.size() < size) {
        cuts.add(change);
      }
      size = change.size();
    }
    return cuts;
  }

  /** {@return whether a change of size in doubt makes the file shorter} */
  boolean isCut() {
    return !cuts().isEmpty();
  }

  Doubt.OfSize sizeDoubt() {
    return new Doubt.OfSize(number, certainSize, List.copyOf(sizes));
  }

  /** {@return the certain bytes, for reading and copying} */
  Content certain() {
    return certain;
  }

  /**
   * {@return the file as a power failure leaves it}
   *
   * @param lost the units that are lost
   * @param sizesLost how many of the last changes of size are lost
   */
  MediumImage.FileImage image(Set<Unit> lost, int sizesLost) {
    Content content = certain.copy();
    List<Unit> arrived = new ArrayList<>();
    sectors
        .values()
        .forEach(
            sector ->
                sector.units().stream().filter(unit -> !lost.contains(unit)).forEach(arrived::add));
    arrived.sort(Comparator.comparingLong(Unit::sequence));
    int next = 0;
    long size = certainSize;
    for (SizeChange change : sizes.subList(0, sizes.size() - sizesLost)) {
      for (; next < arrived.size() && arrived.get(next).sequence() < change.sequence(); next++) {
        arrived.get(next).putInto(content);
      }
      if (change.size() < size) {
        content.truncate(change.size());
      }
      size = change.size();
    }
    for (; next < arrived.size(); next++) {
      arrived.get(next).putInto(content);
    }
    content.truncate(size);
    return new MediumImage.FileImage(content, size);
  }
}
