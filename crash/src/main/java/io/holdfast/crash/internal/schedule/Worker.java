package io.holdfast.crash.internal.schedule;

import io.holdfast.crash.RunLog;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that takes turns with others. Whatever it does between two of its steps happens while it
 * has the turn, unless it has lost it by waiting for something else.
 */
final class Worker extends Thread {
  /** What a thread is doing. */
  enum Phase {
    /** Held before its next step. */
    READY,
    /** Going on: it has the turn. */
    RUNNING,
    /** Waiting for something that is not the turn, or busy without taking a step: others go on. */
    WAITING,
    /** At its end. */
    ENDED
  }

  /** Thrown where a thread of a run that is given up would go on. */
  static final class Abandoned extends Error {
    private static final long serialVersionUID = 1;

    Abandoned() {
      super("the run has been given up");
    }
  }

  private final Scheduler scheduler;
  private final int number;
  private final RunLog.Task task;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.READY);
  private volatile boolean held = true;
  private volatile @Nullable Throwable failure;

  /** Steps in a row that came to nothing; owned by who has the turn. */
  private int idleSteps;

  /** How many events there were when the thread was last seen spinning, -1 if it was not. */
  private int spinningSince = -1;

  Worker(Scheduler scheduler, int number, RunLog.Task task) {
    super("thread " + number);
    this.scheduler = scheduler;
    this.number = number;
    this.task = task;
    setDaemon(true);
  }

  @Override
  public void run() {
    try {
      hold();
      task.run();
    } catch (Abandoned e) {
      // Whoever has given the run up knows.
    } catch (Throwable e) {
      failure = e; // thrown on by the thread that waits for this one
    }
    scheduler.ended(this);
  }

  boolean takesTurnsIn(Scheduler other) {
    return scheduler == other;
  }

  int number() {
    return number;
  }

  Phase phase() {
    return phase.get();
  }

  /** {@return whether the thread is held here, or about to be let go} */
  boolean isHeld() {
    return held;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** Sets the phase; {@return the one before} */
  Phase enter(Phase next) {
    return phase.getAndSet(next);
  }

  /** Takes the turn from a thread that has it but takes no step; {@return whether it had it} */
  boolean loseTurn() {
    return phase.compareAndSet(Phase.RUNNING, Phase.WAITING);
  }

  /** Gives the thread the turn. */
  void letGo() {
    phase.set(Phase.RUNNING);
    if (this != Thread.currentThread()) {
      LockSupport.unpark(this);
    }
  }

  /** Waits for the turn. */
  void hold() {
    held = true;
    boolean interrupted = false;
    while (phase.get() != Phase.RUNNING) {
      if (scheduler.isAbandoned()) {
        throw new Abandoned();
      }
      LockSupport.park(scheduler);
      interrupted |= Thread.interrupted(); // the program's, or else it would not wait here
    }
    held = false;
    if (interrupted) {
      interrupt();
    }
    if (scheduler.isAbandoned()) {
      throw new Abandoned();
    }
  }

  /**
   * Notes a step.
   *
   * @param events how many events there are
   * @param idle whether this thread has recorded none since its last step
   * @param limit how many idle steps in a row are taken for spinning
   * @return whether the thread is spinning: nothing it does comes to anything until others have
   *     done something
   */
  boolean step(int events, boolean idle, int limit) {
    if (!idle) {
      idleSteps = 0;
    } else if (++idleSteps >= limit) {
      idleSteps = 0;
      spinningSince = events;
      return true;
    }
    return false;
  }

  /** {@return whether the thread was seen spinning, and nothing has happened since} */
  boolean isSpinning(int events) {
    return spinningSince == events;
  }

  void stopSpinning() {
    spinningSince = -1;
  }
}
