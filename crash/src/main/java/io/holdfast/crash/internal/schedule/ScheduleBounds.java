package io.holdfast.crash.internal.schedule;

/**
 * Which schedules of a program are run.
 *
 * @param preemptionsAtMost how many preemptions a schedule may have
 * @param schedulesAtMost how many schedules are run
 * @param switches which steps are decisions
 */
public record ScheduleBounds(
    int preemptionsAtMost, long schedulesAtMost, Scheduler.Switches switches) {
  public static final ScheduleBounds DEFAULT =
      new ScheduleBounds(2, 1000, Scheduler.Switches.OPERATIONS);

  public ScheduleBounds {
    if (preemptionsAtMost < 0) {
      throw new IllegalArgumentException("%d preemptions".formatted(preemptionsAtMost));
    }
    if (schedulesAtMost < 1) {
      throw new IllegalArgumentException(
          "%d schedules: at least 1 is run".formatted(schedulesAtMost));
    }
  }

  public ScheduleBounds withPreemptionsAtMost(int count) {
    return new ScheduleBounds(count, schedulesAtMost, switches);
  }

  public ScheduleBounds withSchedulesAtMost(long count) {
    return new ScheduleBounds(preemptionsAtMost, count, switches);
  }

  public ScheduleBounds withSwitches(Scheduler.Switches steps) {
    return new ScheduleBounds(preemptionsAtMost, schedulesAtMost, steps);
  }
}
