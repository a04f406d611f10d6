package io.holdfast.crash.internal.schedule;

import io.holdfast.crash.internal.model.Fingerprint;

/**
 * Which thread was let go on, of those that could.
 *
 * @param number its number in the run, counted from 1
 * @param current the number of the thread that had the turn and could have gone on, 0 if there is
 *     none
 * @param ready the numbers of the threads that could go on, as bits
 * @param chosen the number of the thread that did
 * @param before what had happened until then
 */
record Decision(int number, int current, long ready, int chosen, Fingerprint before) {

  /** {@return 1 if letting {@code thread} go on takes the turn from one that could, else 0} */
  int preemptions(int thread) {
    return current != 0 && current != thread ? 1 : 0;
  }

  boolean isReady(int thread) {
    return (ready & 1L << thread) != 0;
  }
}
