package io.holdfast.crash.internal.files;

import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file locks of a medium. There is one process, so a lock is never waited for: it overlaps one
 * that is held, which is an exception, or it is granted. May be shared between threads.
 */
final class LockTable {
  private final Map<Integer, List<SimulatedLock>> held = new HashMap<>();

  /**
   * Adds a lock.
   *
   * @param file the number of its file
   * @throws OverlappingFileLockException if it overlaps one that is held
   */
  synchronized void add(int file, SimulatedLock lock) {
    List<SimulatedLock> locks = held.computeIfAbsent(file, _ -> new ArrayList<>());
    for (SimulatedLock other : locks) {
      if (other.overlaps(lock.position(), lock.size())) {
        throw new OverlappingFileLockException();
      }
    }
    locks.add(lock);
  }

  synchronized void remove(int file, SimulatedLock lock) {
    List<SimulatedLock> locks = held.get(file);
    if (locks != null) {
      locks.remove(lock);
    }
  }
}
