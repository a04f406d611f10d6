package io.holdfast.crash.internal.schedule;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import java.util.HashMap;
import java.util.Map;

/**
 * What a run has done so far, as fingerprints of its events in order: equal ones have done the
 * same, by the same threads, whatever their identifiers are.
 */
public final class Footprint {
  private final Map<Long, Integer> threads = new HashMap<>();
  private Fingerprint print = Fingerprint.NONE.then("run");
  private Fingerprint steps = print;

  /** Adds an event. */
  public void add(Event event) {
    int thread = threads.computeIfAbsent(event.origin().threadId(), _ -> threads.size());
    String step = thread + " " + event.file() + " " + step(event);
    steps = steps.then(step);
    print = print.then(step);
    switch (event) {
      case Event.Store store -> addBytes(store.bytes());
      case Event.UntrackedStore store -> addBytes(store.bytes());
      case Event.Write write -> addBytes(write.bytes());
      default -> {}
    }
  }

  private void addBytes(byte[] bytes) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < bytes.length; i++) {
      high += Fingerprint.high(i, bytes[i]);
      low += Fingerprint.low(i, bytes[i]);
    }
    print = print.plus(high, low);
  }

  /**
   * {@return what an event was, whatever its bytes are} Programs store what is new each time, as
   * salts and identifiers, and take the same steps all the same.
   */
  public static String step(Event event) {
    return switch (event) {
      case Event.Store store ->
          "%s store of %d at %d".formatted(store.kind(), store.bytes().length, store.position());
      case Event.UntrackedStore store ->
          "untracked store of %d at %d".formatted(store.bytes().length, store.position());
      case Event.Write write ->
          "%s write of %d at %d".formatted(write.kind(), write.bytes().length, write.position());
      default -> event.describe();
    };
  }

  /** {@return the fingerprint of the events with all their bytes} */
  public Fingerprint print() {
    return print;
  }

  /** {@return the fingerprint of the {@linkplain #step steps} alone} */
  Fingerprint steps() {
    return steps;
  }
}
