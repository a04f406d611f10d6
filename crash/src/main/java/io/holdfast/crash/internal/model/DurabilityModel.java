package io.holdfast.crash.internal.model;

import io.holdfast.crash.FileSystemModel;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What a power failure may leave of a run: for every byte, size and name what is certain to be on
 * the medium, and what is in doubt. It is fed the events of a run in order and can be asked, after
 * each, for the {@linkplain StateSpace states} in which the medium may then be found.
 *
 * <p><b>Units.</b> What arrives together is a {@link Unit}: of a store its bytes within one 8-byte
 * word, of a file write its bytes within one 512-byte sector. A unit is in doubt from its event
 * until something makes it certain. What is in doubt may have arrived at any moment, so a word
 * stored three times may hold any of its four values: the states are those of all permitted
 * <em>sets of arrived units, applied in order</em>, not just of the newest ones.
 *
 * <p><b>Which sets are permitted.</b>
 *
 * <ul>
 *   <li>Plain and non-temporal stores: any subset. The compiler may have reordered the former, the
 *       write-combining buffers the latter.
 *   <li>Ordered stores (release, and, or): one that has arrived implies all earlier stores to its
 *       cache line, whichever thread made them, except non-temporal ones; these wait in buffers of
 *       their own. Nothing orders two lines. On page granularity there is no order at all, since
 *       nobody knows how a page is read for being written back.
 *   <li>File writes: each sector is as some moment of its history left it, since the kernel writes
 *       sectors whole. So those to one sector arrive in order, and those to different ones in any.
 *   <li>Changes of a file's size arrive in order, and so do those of one name; all else about them
 *       is free.
 * </ul>
 *
 * <p><b>What makes certain.</b>
 *
 * <ul>
 *   <li>{@link Granularity#BYTE}: a plain or ordered store is certain once its event is over. While
 *       it lasts, a store of several words is in doubt as anywhere else: it may be torn.
 *   <li>{@link Granularity#CACHE_LINE}: a flush covers the stores to its lines so far, whoever made
 *       them, and they are certain after the next fence <em>of the flushing thread</em>. A fence
 *       makes its own thread's non-temporal stores certain too; a flush never does. This also holds
 *       for BYTE, where non-temporal stores wait for a fence as well.
 *   <li>{@link Granularity#PAGE}: a flush makes all stores and file writes within its pages certain
 *       at once; fences do nothing.
 *   <li>The sync of a file makes everything about it certain but its names and other threads'
 *       unfenced non-temporal stores; a durable write makes its own bytes certain, and the size up
 *       to them; the sync of a folder the names in it (of a move between folders, both syncs are
 *       needed).
 *   <li>A failed sync leaves what it should have covered marked clean: no later sync covers it,
 *       until its page is written again.
 * </ul>
 *
 * <p>What has become certain goes into the certain content, and older units that it covers lose
 * those bytes, so that only the doubt is ever enumerated.
 *
 * <p><b>A file system with a journal</b> allows fewer states: see {@link JournalOrder}. Its commits
 * make the metadata of other files certain, too.
 *
 * <p><b>A killed process</b> is a {@link #fork}: nothing becomes certain by it, and its flushes
 * wait for fences that never come; a write that was to be durable on return stays in doubt. What
 * runs next starts from the visible state, with the doubts of the last; it may flush and fence
 * them, also what was stored past the caches, since the buffers of a thread do not outlive it; on
 * {@link Granularity#BYTE} it need not.
 *
 * <p>Not for use by several threads: the events of a run with many threads are in one order
 * already.
 */
public final class DurabilityModel {
  /** Whether an event has changed the states in which the medium may be found. */
  public enum Effect {
    NONE,
    CHANGED
  }

  private final Granularity granularity;
  private final FileSystemModel fileSystem;
  private final NameModel names;
  private final TreeMap<Integer, FileModel> files = new TreeMap<>();
  private final Map<Long, List<Unit>> awaitingFence = new HashMap<>();
  private final List<Unit> settledByNextEvent = new ArrayList<>();
  private List<Unit> lastUnits = List.of();
  private int nextFile;
  private long sequence;

  public DurabilityModel(Granularity granularity, MediumImage image) {
    this(
        granularity,
        image.fileSystem(),
        new NameModel(image.names(), image.folders()),
        image.nextFile());
    image.files().forEach((number, file) -> files.put(number, new FileModel(number, file)));
  }

  private DurabilityModel(
      Granularity granularity, FileSystemModel fileSystem, NameModel names, int nextFile) {
    this.granularity = granularity;
    this.fileSystem = fileSystem;
    this.names = names;
    this.nextFile = nextFile;
  }

  /**
   * {@return this model after the running process has been killed: all that it was about to make
   * certain is not}
   */
  public DurabilityModel fork() {
    return forkWithout(Set.of());
  }

  /**
   * {@return the same after a kill in the midst of the last event}
   *
   * @param missed the units that it had not come to
   */
  public DurabilityModel forkWithout(Set<Unit> missed) {
    DurabilityModel fork = new DurabilityModel(granularity, fileSystem, names.fork(), nextFile);
    fork.sequence = sequence;
    IdentityHashMap<Unit, Unit> forks = new IdentityHashMap<>();
    files.forEach((number, file) -> fork.files.put(number, file.fork(forks)));
    Map<Integer, List<Unit>> undone = new TreeMap<>();
    for (Unit unit : missed) {
      Unit copy = forks.remove(unit);
      if (copy != null) {
        undone.computeIfAbsent(unit.event().file(), _ -> new ArrayList<>()).add(copy);
      }
    }
    undone.forEach((number, units) -> fork.file(number).remove(units));
    List<Unit> stored = new ArrayList<>();
    for (Unit unit : settledByNextEvent) {
      Unit copy = forks.get(unit);
      if (copy != null && copy.kind() != Unit.Kind.WRITE) {
        stored.add(copy);
      }
    }
    if (granularity == Granularity.BYTE) {
      // Its buffers are drained when a thread ends, and what is in the caches is durable.
      forks.values().stream()
          .filter(unit -> unit.kind() == Unit.Kind.NON_TEMPORAL)
          .forEach(stored::add);
    }
    fork.settle(stored);
    return fork;
  }

  /** {@return what a process that starts now finds} */
  public MediumImage visible() {
    Map<Integer, MediumImage.FileImage> images = new TreeMap<>();
    SortedMap<Name, Integer> visible = names.visible();
    for (int number : visible.values()) {
      if (!names.isFolder(number)) {
        images.put(number, file(number).visible());
      }
    }
    return new MediumImage(new TreeMap<>(visible), names.folders(), images, nextFile, fileSystem);
  }

  public StateSpace states() {
    return switch (fileSystem) {
      case POSIX -> new StateSpace(names.doubt(), names.folders(), files, nextFile, null);
      case EXT4_ORDERED ->
          new StateSpace(
              names.doubtInOrder(), names.folders(), files, nextFile, names.replacements());
    };
  }

  /** {@return some, but not all, of the units of the last event, if it had more than one} */
  public Set<Unit> someOfLastUnits(Random random) {
    Set<Unit> some = Collections.newSetFromMap(new IdentityHashMap<>());
    if (lastUnits.size() > 1 && lastUnits.getFirst().kind() == Unit.Kind.WRITE) {
      // The kernel copies a write from its start, and a signal ends that.
      some.addAll(lastUnits.subList(1 + random.nextInt(lastUnits.size() - 1), lastUnits.size()));
    } else if (lastUnits.size() > 1) {
      lastUnits.stream().filter(_ -> random.nextBoolean()).forEach(some::add);
      some.add(lastUnits.getLast());
      some.remove(lastUnits.get(random.nextInt(lastUnits.size() - 1)));
    }
    return some;
  }

  /** {@return the units of the last event, in order; empty if it made none} */
  public List<Unit> lastUnits() {
    return Collections.unmodifiableList(lastUnits);
  }

  public Effect apply(Event event) {
    sequence++;
    lastUnits = List.of();
    Effect effect = settledByNextEvent.isEmpty() ? Effect.NONE : Effect.CHANGED;
    settle(settledByNextEvent);
    settledByNextEvent.clear();
    return switch (event) {
      case Event.Store store -> store(store);
      case Event.UntrackedStore store -> untracked(store);
      case Event.Write write -> write(write);
      case Event.Flush flush -> flush(flush) == Effect.CHANGED ? Effect.CHANGED : effect;
      case Event.Fence fence -> {
        List<Unit> drained = awaitingFence.remove(fence.origin().threadId());
        if (granularity == Granularity.PAGE || drained == null) {
          yield effect;
        }
        settle(drained);
        yield Effect.CHANGED;
      }
      case Event.DeepFlush flush -> {
        file(flush.file())
            .settlePages(flush.position(), flush.length(), unit -> kernelCovers(unit, event));
        yield Effect.CHANGED;
      }
      case Event.Sync sync -> {
        FileModel file = file(sync.file());
        file.settleAll(unit -> kernelCovers(unit, event));
        commit(
            Math.max(file.lastResize(), lastNamed(rename -> rename.event().file() == sync.file())));
        yield Effect.CHANGED;
      }
      case Event.SyncFailed failed -> {
        file(failed.file()).orphan(failed.position(), failed.length());
        yield effect;
      }
      case Event.Resize resize -> {
        if (resize.size() == file(resize.file()).visibleSize()) {
          yield effect;
        }
        file(resize.file()).resize(sequence, resize, resize.size());
        yield Effect.CHANGED;
      }
      case Event.Rename rename -> {
        if (rename.kind() == Event.NamedKind.FILE) {
          file(rename.file());
        }
        nextFile = Math.max(nextFile, rename.file() + 1);
        names.apply(sequence, rename);
        yield Effect.CHANGED;
      }
      case Event.SyncFolder folder -> {
        commit(lastNamed(change -> change.unsynced().contains(folder.folder())));
        names.sync(folder.folder());
        yield Effect.CHANGED;
      }
      case Event.Acknowledge _ -> Effect.CHANGED;
      case Event.Promise _, Event.Begin _, Event.End _, Event.BeginRegion _, Event.EndRegion _ ->
          effect;
    };
  }

  /**
   * {@return the number of the last event in doubt that changed such a name, -1 if there is none}
   */
  private long lastNamed(Predicate<NameChange> such) {
    long last = -1;
    for (NameChange change : names.pending()) {
      if (such.test(change)) {
        last = change.sequence();
      }
    }
    return last;
  }

  /**
   * Where there is a journal, makes all metadata certain up to an event, with the bytes and sizes
   * that they do not arrive without.
   */
  private void commit(long sequence) {
    if (fileSystem == FileSystemModel.POSIX) {
      return;
    }
    for (NameChange change : names.pending()) {
      if (change.sequence() <= sequence && names.replacements().contains(change)) {
        FileModel file = files.get(change.event().file());
        if (file != null) {
          file.settleUpTo(change.sequence());
        }
      }
    }
    for (FileModel file : files.values()) {
      long set = file.lastSizeSet(sequence);
      if (set >= 0) {
        file.settleUpTo(set);
      }
    }
    names.settle(sequence);
  }

  /** {@return the number of events so far} */
  public long sequence() {
    return sequence;
  }

  /** Calls {@code action} for the units in doubt with a word in a range of a file. */
  public void forEachInDoubt(int number, long position, long length, Consumer<Unit> action) {
    FileModel file = files.get(number);
    if (file != null && length > 0) {
      file.forEach(position, length, action);
    }
  }

  /** {@return the units in doubt, for those who look for what was forgotten} */
  public List<Unit> unitsInDoubt() {
    List<Unit> units = new ArrayList<>();
    for (FileModel file : files.values()) {
      file.forEach(0, Long.MAX_VALUE, units::add);
    }
    Set<Unit> certain = Collections.newSetFromMap(new IdentityHashMap<>());
    certain.addAll(settledByNextEvent);
    units.removeIf(certain::contains);
    return units;
  }

  private Effect store(Event.Store store) {
    Unit.Kind kind =
        switch (store.kind()) {
          case PLAIN -> Unit.Kind.PLAIN;
          case ORDERED -> granularity == Granularity.PAGE ? Unit.Kind.PLAIN : Unit.Kind.ORDERED;
          case NON_TEMPORAL ->
              granularity == Granularity.PAGE ? Unit.Kind.PLAIN : Unit.Kind.NON_TEMPORAL;
        };
    FileModel file = file(store.file());
    lastUnits = split(store, kind, store.position(), store.bytes(), Long.BYTES);
    for (Unit unit : lastUnits) {
      file.add(unit);
      if (kind == Unit.Kind.NON_TEMPORAL) {
        awaitFence(store.origin().threadId(), unit);
      } else if (granularity == Granularity.BYTE) {
        settledByNextEvent.add(unit);
      }
    }
    return Effect.CHANGED;
  }

  private Effect untracked(Event.UntrackedStore store) {
    FileModel file = file(store.file());
    lastUnits = new ArrayList<>();
    for (int at = 0; at < store.bytes().length; at += Long.BYTES) {
      lastUnits.add(
          Unit.ofChange(sequence, store, store.position() + at, store.before(), store.bytes(), at));
    }
    lastUnits.forEach(file::add);
    if (granularity == Granularity.BYTE) {
      settledByNextEvent.addAll(lastUnits);
    }
    return Effect.CHANGED;
  }

  private Effect write(Event.Write write) {
    FileModel file = file(write.file());
    long end = write.position() + write.bytes().length;
    if (end > file.visibleSize()) {
      file.resize(sequence, write, end);
    }
    lastUnits = split(write, Unit.Kind.WRITE, write.position(), write.bytes(), Unit.SECTOR_BYTES);
    for (Unit unit : lastUnits) {
      file.add(unit);
      if (write.kind() == Event.WriteKind.ON_RETURN) {
        settledByNextEvent.add(unit);
      }
    }
    return Effect.CHANGED;
  }

  private List<Unit> split(
      Event event, Unit.Kind kind, long position, byte[] bytes, int unitBytes) {
    List<Unit> units = new ArrayList<>(bytes.length / unitBytes + 2);
    for (int from = 0; from < bytes.length; ) {
      int room = unitBytes - (int) ((position + from) % unitBytes);
      int to = Math.min(bytes.length, from + room);
      units.add(Unit.of(sequence, event, kind, position + from, bytes, from, to));
      from = to;
    }
    return units;
  }

  private Effect flush(Event.Flush flush) {
    FileModel file = file(flush.file());
    switch (granularity) {
      case BYTE -> {}
      case CACHE_LINE -> {
        long first = flush.position() / Unit.LINE_BYTES * Unit.LINE_BYTES;
        long end = flush.position() + flush.length();
        long lines = (end + Unit.LINE_BYTES - 1) / Unit.LINE_BYTES * Unit.LINE_BYTES - first;
        file.forEach(
            first,
            lines,
            unit -> {
              if (unit.isFlushable()) {
                awaitFence(flush.origin().threadId(), unit);
              }
            });
      }
      case PAGE -> {
        file.settlePages(flush.position(), flush.length(), _ -> true);
        return Effect.CHANGED;
      }
    }
    return Effect.NONE;
  }

  private static boolean kernelCovers(Unit unit, Event event) {
    return unit.kind() != Unit.Kind.NON_TEMPORAL
        || unit.survivesThread
        || unit.thread() == event.origin().threadId();
  }

  private void awaitFence(long thread, Unit unit) {
    awaitingFence.computeIfAbsent(thread, _ -> new ArrayList<>()).add(unit);
  }

  private void settle(List<Unit> units) {
    Map<Integer, List<Unit>> byFile = new TreeMap<>();
    for (Unit unit : units) {
      byFile.computeIfAbsent(unit.event().file(), _ -> new ArrayList<>()).add(unit);
    }
    byFile.forEach((number, list) -> file(number).settle(list));
    for (Unit unit : units) {
      if (unit.kind() == Unit.Kind.WRITE) {
        // After the bytes: an earlier cut may have become certain with them.
        Event.Write write = (Event.Write) unit.event();
        file(write.file()).settleSizeFor(write.position() + write.bytes().length, unit.sequence());
      }
    }
  }

  private FileModel file(int number) {
    nextFile = Math.max(nextFile, number + 1);
    return files.computeIfAbsent(
        number, created -> new FileModel(created, new MediumImage.FileImage(new Content(), 0)));
  }
}
