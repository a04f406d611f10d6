/**
 * Power-failure simulator and crash-state explorer: {@link io.holdfast.crash.CrashExploration} is
 * where to begin, {@link io.holdfast.crash.SimulatedMedium} is the medium that programs run on.
 */
package io.holdfast.crash;
