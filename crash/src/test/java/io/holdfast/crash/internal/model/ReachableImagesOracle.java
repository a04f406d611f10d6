package io.holdfast.crash.internal.model;

import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The images that a power failure may leave of a small file, found the slow way: every subset of
 * all that was ever stored, judged by the rules one by one. It shares nothing with the model but
 * the events.
 */
final class ReachableImagesOracle {
  static final int FILE_BYTES = 1024;

  private static final int LINE = 64;
  private static final int SECTOR = 512;

  /** Bytes that arrive together, by event {@code time}. */
  private record Piece(int time, Event event, int from, int to) {
    byte[] bytes() {
      return event instanceof Event.Store store ? store.bytes() : ((Event.Write) event).bytes();
    }

    long position() {
      return event instanceof Event.Store store
          ? store.position()
          : ((Event.Write) event).position();
    }

    long first() {
      return position() + from;
    }

    boolean isWrite() {
      return event instanceof Event.Write;
    }

    boolean is(Event.StoreKind kind) {
      return event instanceof Event.Store store && store.kind() == kind;
    }

    boolean isInLineOf(Piece other) {
      return first() / LINE == other.first() / LINE;
    }

    boolean isInSectorOf(Piece other) {
      return first() / SECTOR == other.first() / SECTOR;
    }
  }

  private final Granularity granularity;
  private final List<Event> events;
  private final List<Piece> pieces = new ArrayList<>();

  ReachableImagesOracle(Granularity granularity, List<Event> events) {
    this.granularity = granularity;
    this.events = events;
    for (int time = 0; time < events.size(); time++) {
      if (events.get(time) instanceof Event.Store store) {
        cut(time, store, store.position(), store.bytes().length, Long.BYTES);
      } else if (events.get(time) instanceof Event.Write write) {
        cut(time, write, write.position(), write.bytes().length, SECTOR);
      }
    }
  }

  private void cut(int time, Event event, long position, int length, int unit) {
    int from = 0;
    for (int to = 1; to <= length; to++) {
      if (to == length || (position + to) % unit == 0) {
        pieces.add(new Piece(time, event, from, to));
        from = to;
      }
    }
  }

  /** {@return the reachable images, each as text} */
  Set<String> images() {
    Set<String> images = new HashSet<>();
    for (long subset = 0; subset < 1L << pieces.size(); subset++) {
      if (isPermitted(subset)) {
        images.add(image(subset));
      }
    }
    return images;
  }

  int pieces() {
    return pieces.size();
  }

  private boolean isPermitted(long subset) {
    for (int i = 0; i < pieces.size(); i++) {
      boolean arrived = (subset & 1L << i) != 0;
      if (!arrived && isCertain(pieces.get(i))) {
        return false;
      }
      for (int earlier = 0; arrived && earlier < i; earlier++) {
        if ((subset & 1L << earlier) == 0 && isOrderedAfter(pieces.get(i), pieces.get(earlier))) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isOrderedAfter(Piece late, Piece early) {
    if (late.isWrite()) {
      return early.isWrite() && late.isInSectorOf(early);
    }
    return granularity != Granularity.PAGE
        && late.is(Event.StoreKind.ORDERED)
        && !early.isWrite()
        && !early.is(Event.StoreKind.NON_TEMPORAL)
        && late.isInLineOf(early);
  }

  private boolean isCertain(Piece piece) {
    long thread = piece.event().origin().threadId();
    boolean nonTemporal = granularity != Granularity.PAGE && piece.is(Event.StoreKind.NON_TEMPORAL);
    boolean over = piece.time() < events.size() - 1;
    if (over && granularity == Granularity.BYTE && !piece.isWrite() && !nonTemporal) {
      return true;
    }
    if (over
        && piece.event() instanceof Event.Write write
        && write.kind() == Event.WriteKind.ON_RETURN) {
      return true;
    }
    for (int time = piece.time() + 1; time < events.size(); time++) {
      switch (events.get(time)) {
        case Event.Sync sync -> {
          if (!nonTemporal || sync.origin().threadId() == thread) {
            return true;
          }
        }
        case Event.Fence fence -> {
          if (nonTemporal && fence.origin().threadId() == thread) {
            return true;
          }
        }
        case Event.Flush flush -> {
          if (granularity == Granularity.PAGE) {
            return true;
          }
          if (granularity == Granularity.CACHE_LINE
              && !nonTemporal
              && !piece.isWrite()
              && covers(flush, piece)
              && isFencedAfter(time, flush)) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  private static boolean covers(Event.Flush flush, Piece piece) {
    long line = piece.first() / LINE;
    return flush.position() / LINE <= line
        && line <= (flush.position() + flush.length() - 1) / LINE;
  }

  private boolean isFencedAfter(int time, Event.Flush flush) {
    return events.subList(time, events.size()).stream()
        .anyMatch(
            event ->
                event instanceof Event.Fence
                    && event.origin().threadId() == flush.origin().threadId());
  }

  private String image(long subset) {
    byte[] file = new byte[FILE_BYTES];
    for (int i = 0; i < pieces.size(); i++) {
      if ((subset & 1L << i) != 0) {
        Piece piece = pieces.get(i);
        System.arraycopy(
            piece.bytes(), piece.from(), file, (int) piece.first(), piece.to() - piece.from());
      }
    }
    return text(file);
  }

  /** {@return the bytes that are not zero, with their offsets} */
  static String text(byte[] file) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < file.length; i++) {
      if (file[i] != 0) {
        text.append(i).append('=').append(file[i]).append(' ');
      }
    }
    return text.toString();
  }
}
