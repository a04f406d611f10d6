package io.holdfast.heap;

/**
 * What a transaction does, without a result.
 *
 * @param <X> what it may throw, which aborts the transaction and is passed on
 */
@FunctionalInterface
public interface Action<X extends Exception> {
  /**
   * Does it.
   *
   * @throws X to abort
   */
  void run() throws X;
}
