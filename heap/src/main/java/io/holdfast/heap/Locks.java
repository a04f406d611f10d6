package io.holdfast.heap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.Lock;

/**
 * The locks that keep transactions apart which share the heap: the caller's own, volatile {@code
 * java.util.concurrent} locks. Two transactions that could write the same bytes, or read what the
 * other writes, must name a common lock.
 *
 * <p>They are locked in one order that is the same everywhere in the process, so that transactions
 * cannot deadlock each other. Immutable; keep instances in constants or beside the data.
 */
public final class Locks {
  /** No lock: the caller's word that no two transactions write the same bytes. */
  public static final Locks NONE = new Locks(List.of());

  private static final Map<Lock, Long> NUMBERS = new WeakHashMap<>();

  private static long next;

  private final List<Lock> inOrder;

  private Locks(List<Lock> inOrder) {
    this.inOrder = inOrder;
  }

  /**
   * {@return a set of locks}
   *
   * @param locks the locks; one that is named twice is locked once
   */
  public static Locks of(Lock... locks) {
    Set<Lock> distinct = new HashSet<>(List.of(locks));
    List<Lock> ordered = new ArrayList<>(distinct);
    ordered.sort(Comparator.comparingLong(Locks::number));
    return new Locks(List.copyOf(ordered));
  }

  /**
   * {@return these locks and others}
   *
   * @param others the others; one that is in both sets is locked once
   */
  public Locks and(Locks others) {
    List<Lock> all = new ArrayList<>(inOrder);
    all.addAll(others.inOrder);
    return of(all.toArray(Lock[]::new));
  }

  private static long number(Lock lock) {
    synchronized (NUMBERS) {
      return NUMBERS.computeIfAbsent(lock, _ -> next++);
    }
  }

  /** {@return the locks, in the order in which they are locked} */
  public List<Lock> inOrder() {
    return inOrder;
  }
}
