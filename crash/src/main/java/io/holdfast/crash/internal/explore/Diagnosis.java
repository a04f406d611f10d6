package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Finding;
import io.holdfast.crash.Suppression;
import io.holdfast.crash.internal.medium.Window;
import io.holdfast.crash.internal.model.DurabilityModel;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Unit;
import io.holdfast.crash.internal.report.FileNames;
import io.holdfast.crash.internal.report.Findings;
import io.holdfast.crash.internal.report.Reporting;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the events of one run for what is wrong or wasted without any crash: persistence
 * checked as pmemcheck does it.
 *
 * <p>Findings from one place in the program are one.
 */
final class Diagnosis {
  /** A line or page of a file. */
  private record Place(int file, long number) {}

  private final Granularity granularity;
  private final Reporting reporting;
  private final long placeBytes;
  private final DurabilityModel model;
  private final Findings findings;
  private final UnsyncedFiles unsynced = new UnsyncedFiles();

  private final Set<Place> dirty = new HashSet<>();

  /** The last flush of each line, for those who look for the one that was in vain. */
  private final Map<Place, Event.Flush> flushes = new HashMap<>();

  private final Map<Long, Map<Place, Event.Flush>> flushedSinceFence = new HashMap<>();
  private final Map<Long, Integer> transactions = new HashMap<>();
  private final Set<Event> reported = Collections.newSetFromMap(new IdentityHashMap<>());

  private Diagnosis(Granularity granularity, Reporting reporting, MediumImage start) {
    this.granularity = granularity;
    this.reporting = reporting;
    findings = new Findings(new FileNames(start), reporting);
    placeBytes = granularity == Granularity.PAGE ? Window.PAGE_BYTES : Unit.LINE_BYTES;
    model = new DurabilityModel(granularity, start);
  }

  /** Looks through a run that started from {@code start}. */
  static Diagnosis of(
      Granularity granularity, Reporting reporting, MediumImage start, List<Event> events) {
    Diagnosis diagnosis = new Diagnosis(granularity, reporting, start);
    boolean transactional = events.stream().anyMatch(event -> event instanceof Event.Begin);
    for (Event event : events) {
      diagnosis.lookBefore(event);
      diagnosis.model.apply(event);
      diagnosis.findings.names().note(event);
      diagnosis.unsynced.note(event);
      diagnosis.look(event, transactional);
    }
    diagnosis.findNotDurable(null);
    return diagnosis;
  }

  List<Finding> findings() {
    return findings.standing();
  }

  List<Suppression> suppressions() {
    return findings.suppressed();
  }

  /** Looks for what an event overwrites. */
  private void lookBefore(Event event) {
    if (reporting.toleratedOverwrites() == Reporting.OVERWRITES_IGNORED
        || !(event instanceof Event.Store store)) {
      return;
    }
    Set<Event> overwritten = Collections.newSetFromMap(new IdentityHashMap<>());
    long end = store.position() + store.bytes().length;
    model.forEachInDoubt(
        store.file(),
        store.position(),
        store.bytes().length,
        unit -> {
          long between = model.sequence() - unit.sequence();
          if (unit.event() instanceof Event.Store
              && unit.from() < end
              && unit.to() > store.position()
              && between >= reporting.toleratedOverwrites()
              && overwritten.add(unit.event())) {
            findings.add(
                Finding.Kind.OVERWRITTEN,
                store,
                Math.max(unit.from(), store.position()),
                "stored before, and not durable yet, as event %d".formatted(unit.sequence()),
                unit.event(),
                "make the first durable before the second, if a crash may need it");
          }
        });
  }

  private void look(Event event, boolean transactional) {
    long thread = event.origin().threadId();
    switch (event) {
      case Event.Store store -> {
        if (transactional && transactions.getOrDefault(thread, 0) == 0) {
          findings.add(
              Finding.Kind.OUTSIDE_TRANSACTION,
              store,
              store.position(),
              "begin a transaction before it, or suppress it with the reason");
        }
        if (granularity == Granularity.PAGE || store.kind() != Event.StoreKind.NON_TEMPORAL) {
          dirty.addAll(places(store.file(), store.position(), store.bytes().length));
        }
      }
      case Event.UntrackedStore store -> {
        findings.add(
            Finding.Kind.UNTRACKED_STORE,
            store,
            store.position(),
            "store through the mapping's methods, so that who stored it, and in which order, is known");
        dirty.addAll(places(store.file(), store.position(), store.bytes().length));
      }
      case Event.Write write -> {
        if (granularity == Granularity.PAGE) {
          dirty.addAll(places(write.file(), write.position(), write.bytes().length));
        }
      }
      case Event.Flush flush -> flush(flush, thread);
      case Event.Fence _ -> flushedSinceFence.remove(thread);
      case Event.Promise promise -> findNotDurable(promise);
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
      Event.Flush before = flushes.put(place, flush);
      Event.Flush again =
          granularity == Granularity.CACHE_LINE
              ? flushedSinceFence.computeIfAbsent(thread, _ -> new HashMap<>()).put(place, flush)
              : null;
      boolean clean = !dirty.remove(place);
      if (again != null) {
        findings.add(
            Finding.Kind.FLUSHED_TWICE,
            flush,
            place.number() * placeBytes,
            "flushed before",
            again,
            clean
                ? "leave out one of the two"
                : "flush once, after the last store to the line, unless a fence lies between");
      } else if (clean) {
        findings.add(
            Finding.Kind.CLEAN_FLUSH,
            flush,
            place.number() * placeBytes,
            before == null ? "" : "flushed before",
            before,
            "flush only what has been stored to");
      }
    }
  }

  private void findNotDurable(Event.@Nullable Promise promise) {
    String until = promise == null ? "the end of the run" : "the promise";
    for (Unit unit : model.unitsInDoubt()) {
      if (reported.add(unit.event())) {
        notDurable(unit, until, promise);
      }
    }
    for (Event event : unsynced.open()) {
      if (reported.add(event)) {
        findings.add(
            Finding.Kind.NOT_SYNCED,
            event,
            -1,
            promise == null ? "" : "promised durable",
            promise,
            event instanceof Event.Rename rename
                ? "sync folder %s before %s".formatted(UnsyncedFiles.folder(rename), until)
                : "sync the file before " + until);
      }
    }
  }

  private void notDurable(Unit unit, String until, Event.@Nullable Promise promise) {
    Event event = unit.event();
    long from = unit.from();
    if (unit.kind() == Unit.Kind.WRITE) {
      findings.add(
          Finding.Kind.NOT_SYNCED,
          event,
          from,
          promise == null ? "" : "promised durable",
          promise,
          "sync the file before " + until);
      return;
    }
    if (unit.kind() == Unit.Kind.NON_TEMPORAL) {
      findings.add(Finding.Kind.NOT_FENCED, event, from, "fence (drain) after it, before " + until);
      return;
    }
    Place place = new Place(event.file(), from / placeBytes);
    Event.Flush pending = null;
    for (Map<Place, Event.Flush> ofThread : flushedSinceFence.values()) {
      Event.Flush flush = ofThread.get(place);
      pending = flush != null && !dirty.contains(place) ? flush : pending;
    }
    if (pending != null) {
      findings.add(
          Finding.Kind.NOT_FENCED,
          event,
          from,
          "flushed by " + pending.origin().thread(),
          pending,
          "fence (drain) by the same thread after the flush, before " + until);
    } else {
      findings.add(
          Finding.Kind.NOT_FLUSHED,
          event,
          from,
          promise == null ? "" : "promised durable",
          promise,
          granularity == Granularity.PAGE
              ? "flush it before " + until
              : "flush it, and fence, before " + until);
    }
  }

  private List<Place> places(int file, long position, long length) {
    List<Place> places = new ArrayList<>();
    for (long number = position / placeBytes; number * placeBytes < position + length; number++) {
      places.add(new Place(file, number));
    }
    return places;
  }
}
