package io.holdfast.bench;

import java.io.IOException;

/** Operations of one kind that can be timed: each side of a {@link Scenario} is one. */
@FunctionalInterface
interface Workload {
  /**
   * Does {@code iterations} operations, drawing from the {@link RandomSequence} that begins at
   * {@code seed}.
   *
   * @return how long they took in all, in nanoseconds, without what had to be prepared for them
   * @throws IOException if the side is a program of its own and does not answer
   */
  long nanos(long iterations, long seed) throws IOException;
}
