package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Locks;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one persistent map: one for a tree, one for each stripe of a hash table. There is
 * one such object for each map of an open heap, however often the map was opened.
 */
final class MapLocks {
  private static final Map<Heap, Map<Long, WeakReference<MapLocks>>> OPEN = new WeakHashMap<>();

  private static final int SWEEP_AT = 64;

  private final MapLock[] locks;
  private final Locks[] each;
  private final Locks all;

  private MapLocks(String name, int count) {
    locks = new MapLock[count];
    each = new Locks[count];
    for (int i = 0; i < count; i++) {
      locks[i] = new MapLock(count == 1 ? name : name + ", stripe " + i);
      each[i] = Locks.of(locks[i]);
    }
    all = Locks.of(locks);
  }

  /**
   * {@return the locks of a map}
   *
   * @param heap where it is
   * @param reference of its header
   * @param count how many locks it has
   */
  static MapLocks of(Heap heap, long reference, int count) {
    synchronized (OPEN) {
      Map<Long, WeakReference<MapLocks>> ofHeap = OPEN.computeIfAbsent(heap, _ -> new HashMap<>());
      @Nullable WeakReference<MapLocks> known = ofHeap.get(reference);
      MapLocks found = known == null ? null : known.get();
      if (found == null) {
        if (ofHeap.size() % SWEEP_AT == SWEEP_AT - 1) {
          ofHeap.values().removeIf(entry -> entry.get() == null);
        }
        found = new MapLocks("map with reference %#x".formatted(reference), count);
        ofHeap.put(reference, new WeakReference<>(found));
      }
      return found;
    }
  }

  MapLock lock(int part) {
    return locks[part];
  }

  Locks locks(int part) {
    return each[part];
  }

  Locks all() {
    return all;
  }

  int count() {
    return locks.length;
  }
}
