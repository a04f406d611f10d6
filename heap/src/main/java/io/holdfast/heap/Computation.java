package io.holdfast.heap;

import org.jspecify.annotations.Nullable;

/**
 * What a transaction or a reader computes.
 *
 * @param <R> the result
 * @param <X> what it may throw, which aborts a transaction and is passed on
 */
@FunctionalInterface
public interface Computation<R extends @Nullable Object, X extends Exception> {
  /**
   * Computes the result.
   *
   * @return the result
   * @throws X to abort
   */
  R get() throws X;
}
