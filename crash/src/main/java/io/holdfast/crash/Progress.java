package io.holdfast.crash;

/**
 * How far an exploration is.
 *
 * @param event the event of the run whose crash states are being checked
 * @param events how many there are
 * @param states how many states have been checked so far, those in recovery included
 */
public record Progress(int event, int events, long states) {}
