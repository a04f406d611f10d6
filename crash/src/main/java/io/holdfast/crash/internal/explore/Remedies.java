package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.NameChange;
import io.holdfast.crash.internal.model.Unit;
import io.holdfast.crash.internal.report.FileNames;
import io.holdfast.crash.internal.report.Summary;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Says what a program should have done before a crash so that something could not be lost by it:
 * which flush, fence or sync was missing, and which one came closest.
 *
 * <p>What must not come before that is the last event before the crash: states are looked at in the
 * order of events, so a crash right before it had not broken the check.
 */
final class Remedies {
  /**
   * What was missing.
   *
   * @param text what, and what to do about it
   * @param nearest what came closest, {@code null} if nothing did
   */
  record Remedy(String text, @Nullable Event nearest) {}

  private final Granularity granularity;
  private final FileNames names;
  private final UnaryOperator<Event> traced;
  private final List<Trail.Crash> crashes;

  /**
   * Prepares for the crashes on the way to a failure.
   *
   * @param traced gives events their stacks, where a repetition of the run has found them
   */
  Remedies(
      Granularity granularity,
      FileNames names,
      UnaryOperator<Event> traced,
      List<Trail.Crash> crashes) {
    this.granularity = granularity;
    this.names = names;
    this.traced = traced;
    this.crashes = crashes;
  }

  /** {@return what was missing for a change of a name} */
  Remedy of(NameChange change) {
    String folders = UnsyncedFiles.folder(change.event());
    Event nearest = null;
    for (Event event : since(change.event())) {
      if (event instanceof Event.SyncFolder || event instanceof Event.Sync) {
        nearest = event;
      }
    }
    return new Remedy(
        "the folder was not synced%s: sync folder %s before %s"
            .formatted(near(nearest), folders, crash()),
        nearest);
  }

  /** {@return what was missing for a change of a file's size} */
  Remedy ofSize(Event event) {
    return ofFile(event, "its size was not synced");
  }

  /** {@return what was missing for bytes of a store or write} */
  Remedy ofBytes(Unit unit, long from, long to) {
    Event event = unit.event();
    boolean itself = isCrash(event);
    String file = names.name(event.file());
    if (unit.kind() == Unit.Kind.WRITE) {
      return itself
              && event instanceof Event.Write write
              && write.kind() == Event.WriteKind.ON_RETURN
          ? torn(
              "a durable write is complete only when it returns; a power failure in its midst"
                  + " leaves some of its 512-byte sectors")
          : ofFile(event, "not synced");
    }
    if (granularity == Granularity.BYTE && unit.kind() != Unit.Kind.NON_TEMPORAL) {
      return torn("a store of more than 8 aligned bytes can be cut into words of 8");
    }
    if (granularity == Granularity.PAGE) {
      return pages(event, file, from, to);
    }
    if (unit.kind() == Unit.Kind.NON_TEMPORAL) {
      return fence(event, event, "stored past the caches");
    }
    return lines(event, file, from, to);
  }

  private Remedy torn(String why) {
    return new Remedy(
        "%s: make complete what they say only by a later store of 8 bytes, or a checksum"
            .formatted(why),
        null);
  }

  private Remedy ofFile(Event event, String what) {
    String file = names.name(event.file());
    Event nearest = null;
    for (Event later : since(event)) {
      if (later instanceof Event.SyncFailed failed && failed.file() == event.file()) {
        return failed(failed, file);
      }
      if (later instanceof Event.Sync || later instanceof Event.SyncFolder) {
        nearest = later;
      }
    }
    return new Remedy(
        "%s%s: sync %s before %s".formatted(what, near(nearest), file, crash()), nearest);
  }

  private Remedy failed(Event.SyncFailed failed, String file) {
    return new Remedy(
        "the sync %s failed, and a later one does not cover what it left: write %s anew, or stop"
            .formatted(place(failed), file),
        failed);
  }

  private Remedy pages(Event event, String file, long from, long to) {
    Event.Flush near = null;
    for (Event later : since(event)) {
      if (later instanceof Event.SyncFailed failed && failed.file() == event.file()) {
        return failed(failed, file);
      }
      if (later instanceof Event.Flush flush && flush.file() == event.file()) {
        near = flush;
      }
    }
    return new Remedy(
        "not flushed%s: flush 0x%x-0x%x of %s before %s"
            .formatted(near(near), from, to, file, crash()),
        near);
  }

  private Remedy lines(Event event, String file, long from, long to) {
    Event.Flush covering = null;
    Event.Flush near = null;
    for (Event later : since(event)) {
      if (later instanceof Event.Flush flush && flush.file() == event.file()) {
        if (covers(flush, from)) {
          covering = flush;
        } else {
          near = flush;
        }
      }
    }
    if (covering != null) {
      return fence(event, covering, "flushed " + place(covering));
    }
    String how = near(near);
    if (near == null) {
      near = flushBefore(event, from);
      how = near == null ? "" : " again after the flush %s".formatted(place(near));
    }
    return new Remedy(
        "not flushed%s: flush 0x%x-0x%x of %s, and fence, before %s"
            .formatted(how, from, to, file, crash()),
        near);
  }

  /** {@return the last flush before a store that covered its line, as if in the wrong order} */
  @SuppressWarnings("ReferenceEquality")
  private Event.@Nullable Flush flushBefore(Event event, long from) {
    Event.Flush last = null;
    for (Event earlier : all()) {
      if (earlier == event) {
        return last;
      }
      if (earlier instanceof Event.Flush flush
          && flush.file() == event.file()
          && covers(flush, from)) {
        last = flush;
      }
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality")
  private Remedy fence(Event event, Event flush, String what) {
    Event foreign = null;
    for (Event later : since(flush)) {
      if (later instanceof Event.Fence && later.origin().threadId() != flush.origin().threadId()) {
        foreign = later;
      }
    }
    String but =
        foreign == null
            ? ""
            : " (the one of %s %s covers that thread's flushes only)"
                .formatted(foreign.origin().thread(), place(foreign));
    return new Remedy(
        "%s, but not fenced by %s%s: fence (drain) before %s"
            .formatted(what, flush.origin().thread(), but, crash()),
        flush == event ? foreign : flush);
  }

  private static boolean covers(Event.Flush flush, long position) {
    long line = position / Unit.LINE_BYTES;
    return line >= flush.position() / Unit.LINE_BYTES
        && line <= (flush.position() + flush.length() - 1) / Unit.LINE_BYTES;
  }

  private String near(@Nullable Event event) {
    return switch (event) {
      case null -> "";
      case Event.Flush flush ->
          " (the flush %s covers 0x%x-0x%x)"
              .formatted(place(flush), flush.position(), flush.position() + flush.length());
      case Event.Sync sync ->
          " (the sync %s is of %s)".formatted(place(sync), names.name(sync.file()));
      case Event.SyncFolder folder ->
          " (the sync %s is of folder %s)".formatted(place(folder), folder.path());
      default -> "";
    };
  }

  private List<Event> all() {
    List<Event> all = new ArrayList<>();
    for (Trail.Crash crash : crashes) {
      all.addAll(crash.trail().events().subList(0, crash.point()));
    }
    return all;
  }

  @SuppressWarnings("ReferenceEquality") // events are compared by identity
  private List<Event> since(Event event) {
    List<Event> all = all();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) == event) {
        return all.subList(i + 1, all.size());
      }
    }
    return List.of();
  }

  @SuppressWarnings("ReferenceEquality")
  private boolean isCrash(Event event) {
    List<Event> all = all();
    return !all.isEmpty() && all.getLast() == event;
  }

  /** {@return the last event before the crash, as what should have waited} */
  private String crash() {
    List<Event> all = all();
    if (all.isEmpty()) {
      return "the start";
    }
    Event last = all.getLast();
    String what =
        switch (last) {
          case Event.Store store -> "the store to " + range(store.file(), store.position());
          case Event.Write write -> "the write to " + range(write.file(), write.position());
          case Event.Acknowledge acknowledge ->
              "the acknowledgement of \"%s\"".formatted(acknowledge.what());
          case Event.Fence _ -> "the fence";
          default -> "\"%s\"".formatted(last.describe());
        };
    return "%s %s".formatted(what, place(last));
  }

  private String range(int file, long position) {
    return "0x%x of %s".formatted(position, names.name(file));
  }

  /** {@return "at Foo.java:31", or the thread if the place is not known} */
  private String place(Event event) {
    List<StackTraceElement> trace = traced.apply(event).origin().trace();
    if (trace.isEmpty()) {
      return "by " + event.origin().thread();
    }
    return "at " + Summary.place(trace.getFirst());
  }
}
