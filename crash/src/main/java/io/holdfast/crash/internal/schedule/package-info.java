/**
 * Threads that take turns: which of them goes on before each step is decided, not left to chance,
 * so that a run can be repeated, and all the ways in which threads may mix can be gone through.
 *
 * <p>{@link io.holdfast.crash.internal.schedule.Scheduler} makes the threads of one run take turns
 * as a {@link io.holdfast.crash.internal.schedule.Schedule} says; {@link
 * io.holdfast.crash.internal.schedule.ScheduleTree} knows which schedules there are.
 */
package io.holdfast.crash.internal.schedule;
