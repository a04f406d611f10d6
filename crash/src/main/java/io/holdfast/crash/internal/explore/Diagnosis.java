package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Finding;
import io.holdfast.crash.internal.medium.Window;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Unit;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks through the events of one run for what is wrong or wasted without any crash: persistence
 * checked as pmemcheck does it.
 *
 * <p>Findings from one place in the program are one.
 */
final class Diagnosis {
  private static final int FRAMES = 4;

  /** A line or page of a file. */
  private record Place(int file, long number) {}

  private record Key(Finding.Kind kind, List<StackTraceElement> trace, int file) {}

  private record Note(long count, String first) {}

  private final Granularity granularity;
  private final FileNames fileNames;
  private final long placeBytes;
  private final DurabilityModel model;
  private final Map<Key, Note> notes = new LinkedHashMap<>();

  private final Set<Place> dirty = new HashSet<>();
  private final Map<Long, Set<Place>> flushedSinceFence = new HashMap<>();
  private final Map<Long, Integer> transactions = new HashMap<>();
  private final Set<Event> reported = Collections.newSetFromMap(new IdentityHashMap<>());

  private Diagnosis(Granularity granularity, MediumImage start) {
    this.granularity = granularity;
    fileNames = new FileNames(start);
    placeBytes = granularity == Granularity.PAGE ? Window.PAGE_BYTES : Unit.LINE_BYTES;
    model = new DurabilityModel(granularity, start);
  }

  /** {@return what is found in a run that started from {@code start}} */
  static List<Finding> of(Granularity granularity, MediumImage start, List<Event> events) {
    Diagnosis diagnosis = new Diagnosis(granularity, start);
    boolean transactional = events.stream().anyMatch(event -> event instanceof Event.Begin);
    for (Event event : events) {
      diagnosis.model.apply(event);
      diagnosis.fileNames.note(event);
      diagnosis.look(event, transactional);
    }
    diagnosis.findNotDurable();
    return diagnosis.findings();
  }

  private void look(Event event, boolean transactional) {
    long thread = event.origin().threadId();
    switch (event) {
      case Event.Store store -> {
        if (transactional && transactions.getOrDefault(thread, 0) == 0) {
          note(Finding.Kind.OUTSIDE_TRANSACTION, store, store.position());
        }
        if (granularity == Granularity.PAGE || store.kind() != Event.StoreKind.NON_TEMPORAL) {
          dirty.addAll(places(store.file(), store.position(), store.bytes().length));
        }
      }
      case Event.Write write -> {
        if (granularity == Granularity.PAGE) {
          dirty.addAll(places(write.file(), write.position(), write.bytes().length));
        }
      }
      case Event.Flush flush -> flush(flush, thread);
      case Event.Fence _ -> flushedSinceFence.remove(thread);
      case Event.Promise _ -> findNotDurable();
      case Event.Begin _ -> transactions.merge(thread, 1, Integer::sum);
      case Event.End _ -> transactions.merge(thread, -1, Integer::sum);
      default -> {}
    }
  }

  private void flush(Event.Flush flush, long thread) {
    if (granularity == Granularity.BYTE) {
      return;
    }
    for (Place place : places(flush.file(), flush.position(), flush.length())) {
      boolean again =
          granularity == Granularity.CACHE_LINE
              && !flushedSinceFence.computeIfAbsent(thread, _ -> new HashSet<>()).add(place);
      boolean clean = !dirty.remove(place);
      if (again || clean) {
        note(
            again ? Finding.Kind.FLUSHED_TWICE : Finding.Kind.CLEAN_FLUSH,
            flush,
            place.number() * placeBytes);
      }
    }
  }

  private void findNotDurable() {
    for (Unit unit : model.unitsInDoubt()) {
      if (reported.add(unit.event())) {
        note(Finding.Kind.NOT_DURABLE, unit.event(), unit.firstWord() * Long.BYTES);
      }
    }
  }

  private void note(Finding.Kind kind, Event event, long position) {
    List<StackTraceElement> trace = event.origin().trace();
    Key key = new Key(kind, trace.subList(0, Math.min(FRAMES, trace.size())), event.file());
    notes.merge(
        key,
        new Note(
            1,
            "%s 0x%x, %s, by %s"
                .formatted(
                    fileNames.name(event.file()),
                    position,
                    event.describe(),
                    event.origin().thread())),
        (known, _) -> new Note(known.count() + 1, known.first()));
  }

  private List<Place> places(int file, long position, long length) {
    List<Place> places = new ArrayList<>();
    for (long number = position / placeBytes; number * placeBytes < position + length; number++) {
      places.add(new Place(file, number));
    }
    return places;
  }

  private List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    notes.forEach(
        (key, note) ->
            findings.add(
                new Finding(
                    key.kind(),
                    note.count(),
                    note.first(),
                    String.join(
                        "\n", key.trace().stream().map(StackTraceElement::toString).toList()))));
    return findings;
  }
}
