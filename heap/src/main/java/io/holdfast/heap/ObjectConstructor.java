package io.holdfast.heap;

/**
 * Fills an object before anybody can reach it.
 *
 * @param <X> what it may throw, which undoes the allocation and is passed on
 */
@FunctionalInterface
public interface ObjectConstructor<X extends Exception> {
  /**
   * Fills it. What it does is a part of the transaction that allocates the object.
   *
   * @param tx the transaction
   * @param address where the object begins
   * @throws X to undo everything
   */
  void construct(Tx tx, long address) throws X;
}
