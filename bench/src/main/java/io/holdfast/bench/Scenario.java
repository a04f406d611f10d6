package io.holdfast.bench;

import java.util.Optional;

/**
 * One row of the table.
 *
 * @param name as it is printed
 * @param work what one operation does on both sides, and what is durable when it is over
 * @param ours Holdfast's side
 * @param peerName who the other side is
 * @param peer the other side; empty if it is missing on this machine
 * @param mostIterations the largest number of operations that may be asked for at once
 */
record Scenario(
    String name,
    String work,
    Workload ours,
    String peerName,
    Optional<Workload> peer,
    long mostIterations) {}
