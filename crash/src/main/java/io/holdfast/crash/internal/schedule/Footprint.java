package io.holdfast.crash.internal.schedule;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import java.util.HashMap;
import java.util.Map;

/**
 * What a run has done so far, as a fingerprint of its events in order: equal ones have done the
 * same, by the same threads, whatever their identifiers are.
 */
public final class Footprint {
  private final Map<Long, Integer> threads = new HashMap<>();
  private Fingerprint print = Fingerprint.NONE.then("run");

  /** Adds an event. */
  public void add(Event event) {
    int thread = threads.computeIfAbsent(event.origin().threadId(), _ -> threads.size());
    print = print.then(thread + " " + event.file() + " " + event.describe());
    switch (event) {
      case Event.Store store -> addBytes(store.bytes());
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

  public Fingerprint print() {
    return print;
  }
}
