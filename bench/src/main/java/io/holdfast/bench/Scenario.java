package io.holdfast.bench;

import java.util.Optional;

/**
 * One row of the table.
 *
 * @param name as it is printed
 * @param operation what it is called where all rows that do the same are explained
 * @param work what one operation does on both sides, and what is durable when it is over
 * @param waiting what the summary makes of it
 * @param ours Holdfast's side
 * @param peerName who the other side is, or {@link #NO_PEER}
 * @param peer the other side; empty if it is missing on this machine
 * @param mostIterations the largest number of operations that may be asked for at once
 */
record Scenario(
    String name,
    String operation,
    String work,
    Waiting waiting,
    Workload ours,
    String peerName,
    Optional<Workload> peer,
    long mostIterations) {

  /** The peer's name where there is nothing to compare with. */
  static final String NO_PEER = "-";

  /** What an operation waits for, which decides by which figure it is judged. */
  enum Waiting {
    /** It ends with a fence, which takes most of the time: judged by the ratio. */
    FENCED,
    /** It is short and waits for nothing: judged by the nanoseconds it is behind. */
    UNFENCED_SMALL,
    /** One of several sizes of an operation, which are judged by the geometric mean. */
    MEANT,
    /** Not in the summary. */
    OTHER
  }
}
