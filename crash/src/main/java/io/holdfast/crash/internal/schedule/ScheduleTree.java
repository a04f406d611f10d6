package io.holdfast.crash.internal.schedule;

import io.holdfast.crash.internal.model.Fingerprint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of one program with at most so many preemptions, each once, those with the fewest
 * first.
 *
 * <p>Which schedules there are turns out as they are run: wherever one let a thread go on after its
 * own last choice, another begins that lets another do so. To take the turn from a thread that
 * could go on is a preemption; what comes after a thread that has ended, or waits, is not. Few
 * preemptions find most mistakes, and there are few schedules with few (Musuvathi and Qadeer,
 * "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007).
 *
 * <p>No two schedules are taken for one because their steps seem independent: threads also meet in
 * Java's memory, which nobody watches here. What is the same in two runs is their events, and the
 * explorer goes through the same events once.
 */
public final class ScheduleTree {
  /**
   * A schedule to be run.
   *
   * @param before what is expected to have happened before its last choice, {@code null} where it
   *     makes none
   */
  private record Branch(Schedule schedule, int preemptions, @Nullable Fingerprint before) {}

  private final List<Queue<Branch>> waiting = new ArrayList<>();
  private final long schedulesAtMost;
  private @Nullable Branch running;
  private long started;
  private long pending;
  private long left;
  private long diverged;

  /** Begins with the one schedule that makes no choice. */
  public ScheduleTree(ScheduleBounds bounds) {
    this(Schedule.STRAIGHT, bounds.preemptionsAtMost(), bounds.schedulesAtMost());
  }

  private ScheduleTree(Schedule first, int preemptionsAtMost, long schedulesAtMost) {
    for (int i = 0; i <= preemptionsAtMost; i++) {
      waiting.add(new ArrayDeque<>());
    }
    this.schedulesAtMost = schedulesAtMost;
    waiting.getFirst().add(new Branch(first, 0, null));
    pending = 1;
  }

  /** {@return a tree of one schedule} */
  public static ScheduleTree only(Schedule schedule) {
    return new ScheduleTree(schedule, 0, 1);
  }

  /** {@return the next schedule to run, {@code null} if there is none or enough have been run} */
  public @Nullable Schedule next() {
    if (started == schedulesAtMost) {
      return null;
    }
    for (Queue<Branch> branches : waiting) {
      Branch next = branches.poll();
      if (next != null) {
        running = next;
        pending--;
        started++;
        return next.schedule();
      }
    }
    return null;
  }

  /** Takes what the schedule that was handed out last has come to. */
  public void ran(Scheduler run) {
    Branch branch = running;
    if (branch == null) {
      throw new IllegalStateException("no schedule was handed out");
    }
    running = null;
    if (run.hasDiverged() || hasDiverged(branch, run.decisions())) {
      diverged++;
      return;
    }
    int preemptions = 0;
    for (Decision decision : run.decisions()) {
      if (decision.number() > branch.schedule().lastDecision()) {
        for (int thread = 1; thread < Long.SIZE; thread++) {
          if (decision.isReady(thread) && thread != decision.chosen()) {
            add(branch, decision, thread, preemptions + decision.preemptions(thread));
          }
        }
      }
      preemptions += decision.preemptions(decision.chosen());
    }
  }

  private static boolean hasDiverged(Branch branch, List<Decision> decisions) {
    int last = branch.schedule().lastDecision();
    return last > 0
        && (decisions.size() < last || !decisions.get(last - 1).before().equals(branch.before()));
  }

  private void add(Branch parent, Decision decision, int thread, int preemptions) {
    if (preemptions >= waiting.size()) {
      return; // beyond the bound
    }
    if (pending >= schedulesAtMost - started && preemptions == waiting.size() - 1) {
      left++; // it would not be reached
      return;
    }
    waiting
        .get(preemptions)
        .add(
            new Branch(
                parent.schedule().then(decision.number(), thread), preemptions, decision.before()));
    pending++;
  }

  /** {@return how many schedules are to be run, as far as is known} */
  public long left() {
    return Math.min(pending, schedulesAtMost - started);
  }

  /** {@return how many schedules have been run} */
  public long explored() {
    return started;
  }

  /** {@return how many more are known of} */
  public long known() {
    return started + pending + left;
  }

  /** {@return how many runs were not what the same schedule had led to before} */
  public long diverged() {
    return diverged;
  }
}
