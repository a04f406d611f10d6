package io.holdfast.crash.internal.schedule;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.internal.medium.Turns;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Fingerprint;
import io.holdfast.crash.internal.schedule.Worker.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets the threads of one run take turns as a {@link Schedule} says.
 *
 * <p>One thread has the turn, and does what it does until its next step: then, holding no lock of
 * the medium's, it decides who goes on, itself or another. Only where a thread loses the turn
 * without a step, or may get it back, the thread that started them all decides, which watches them:
 *
 * <ul>
 *   <li>A thread that waits for a lock of one that is held here, or of one that waits, waits until
 *       that one has gone on. The virtual machine knows whose lock it is.
 *   <li>One that waits for anything else (a condition, a latch, some time to pass) is left alone if
 *       it has waited for {@link #SETTLED}; before every decision it has as long to come back.
 *   <li>One that has run for {@link #BUSY} without a step spins on something in Java's memory, or
 *       computes: others go on beside it.
 *   <li>One that takes many steps without any event spins on the medium: it goes on when another
 *       has done something, or none else can.
 * </ul>
 *
 * <p>If all wait for each other the run is given up: a deadlock. Threads that the program starts by
 * itself take no turns.
 */
public final class Scheduler implements Turns {
  /** Which steps are decisions. */
  public enum Switches {
    /** Operations and acquiring reads. */
    OPERATIONS,
    /** Plain reads too. */
    READS
  }

  /** How long a thread must have waited, for something that has no owner, to be left alone. */
  private static final Duration SETTLED = Duration.ofMillis(3);

  /** How long a thread may run without a step. */
  private static final Duration BUSY = Duration.ofMillis(200);

  /** How long all threads may wait, for something that has no owner, until that is a deadlock. */
  private static final Duration STUCK = Duration.ofSeconds(2);

  /** The same if any of them waits for a time to pass, or computes. */
  private static final Duration STUCK_FOR_A_TIME = Duration.ofSeconds(60);

  private static final Duration LOOK = Duration.ofNanos(200_000);

  /** How many steps, or reads, without an event are taken for spinning. */
  private static final int IDLE_STEPS = 20;

  private static final int IDLE_READS = 20_000;

  /** How often all threads spin in turns until that is for ever. */
  private static final int IDLE_ROUNDS = 50;

  private static final int MOST_THREADS = 8;

  private final Schedule schedule;
  private final Switches switches;
  private final Footprint footprint = new Footprint();
  private final List<Decision> decisions = new ArrayList<>();
  private List<Worker> workers = List.of();
  private int together;

  /** Who has the turn, {@code null} for the thread that watches. */
  private volatile @Nullable Worker running;

  /** Counts the turns given, so that who looks twice knows whether it is the same turn. */
  private final AtomicLong turn = new AtomicLong();

  private volatile @Nullable Thread watcher;
  private volatile boolean abandoned;
  private final AtomicInteger events = new AtomicInteger();
  private volatile Fingerprint done = footprint.steps();
  private int eventsAtStep;
  private int lastRun;
  private int idleRounds;
  private int eventsAtIdleRound = -1;
  private boolean diverged;

  public Scheduler(Schedule schedule, Switches switches) {
    this.schedule = schedule;
    this.switches = switches;
  }

  /** {@return whether the run had threads to take turns} */
  public boolean isUsed() {
    return together > 0;
  }

  public Schedule schedule() {
    return schedule;
  }

  /** {@return whether a thread could not go on when the schedule said so} */
  boolean hasDiverged() {
    return diverged;
  }

  List<Decision> decisions() {
    return decisions;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  @Override
  public void recorded(Event event) {
    footprint.add(event); // under the recorder's lock
    done = footprint.steps();
    events.incrementAndGet();
  }

  @Override
  public void together(List<RunLog.Task> tasks) throws Exception {
    if (Thread.currentThread() instanceof Worker) {
      throw new IllegalStateException("threads that take turns cannot start more of them");
    }
    if (tasks.size() > MOST_THREADS) {
      throw new IllegalArgumentException(
          "%d threads: at most %d take turns".formatted(tasks.size(), MOST_THREADS));
    }
    together++;
    List<Worker> started = new ArrayList<>();
    for (RunLog.Task task : tasks) {
      started.add(new Worker(this, started.size() + 1, task));
    }
    workers = List.copyOf(started);
    watcher = Thread.currentThread();
    lastRun = 0;
    eventsAtStep = events.get();
    workers.forEach(Thread::start);
    try {
      watch();
      for (Worker worker : workers) {
        worker.join();
      }
    } finally {
      abandoned = !isOver();
      workers.forEach(LockSupport::unpark);
      if (abandoned) {
        workers.forEach(Thread::interrupt);
      }
    }
    throwFailures();
  }

  private void throwFailures() throws Exception {
    Set<Throwable> failures = new LinkedHashSet<>();
    for (Worker worker : workers) {
      if (worker.failure() != null) {
        failures.add(worker.failure());
      }
    }
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.iterator().next();
    failures.stream().skip(1).forEach(first::addSuppressed);
    switch (first) {
      case Exception e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(first);
    }
  }

  // What the threads do.

  @Override
  public void pass(Step step) {
    if (!(Thread.currentThread() instanceof Worker worker) || !worker.takesTurnsIn(this)) {
      return;
    }
    if (abandoned) {
      throw new Worker.Abandoned();
    }
    boolean decides = step != Step.READ || switches == Switches.READS;
    if (worker.phase() == Phase.RUNNING) {
      boolean idle = events.get() == eventsAtStep;
      eventsAtStep = events.get();
      boolean spins = worker.step(events.get(), idle, decides ? IDLE_STEPS : IDLE_READS);
      if (!decides && !spins) {
        return;
      }
    } else if (!decides) {
      return; // it has lost the turn, and reads are not held
    }
    if (worker.enter(Phase.READY) == Phase.RUNNING) {
      passOn();
    } else {
      LockSupport.unpark(watcher);
    }
    worker.hold();
  }

  /** Called by a thread as the last it does. */
  void ended(Worker worker) {
    if (worker.enter(Phase.ENDED) == Phase.RUNNING) {
      passOn();
    } else {
      LockSupport.unpark(watcher);
    }
  }

  /** Gives the turn of a thread that has taken its step to whoever is next. */
  private void passOn() {
    if (abandoned) {
      return;
    }
    boolean canDecide = false;
    for (Worker worker : workers) {
      if (worker.phase() == Phase.WAITING) {
        canDecide = false;
        break;
      }
      canDecide |= worker.phase() == Phase.READY;
    }
    if (canDecide && idleRounds < IDLE_ROUNDS) {
      decide();
    } else {
      running = null;
      LockSupport.unpark(watcher);
    }
  }

  // What is decided, by whoever has the turn.

  private void decide() {
    long able = 0;
    long ready = 0;
    for (Worker worker : workers) {
      if (worker.phase() == Phase.READY) {
        able |= 1L << worker.number();
        if (!worker.isSpinning(events.get())) {
          ready |= 1L << worker.number();
        }
      }
    }
    if (ready == 0) {
      ready = able;
      idleRounds = events.get() == eventsAtIdleRound ? idleRounds + 1 : 1;
      eventsAtIdleRound = events.get();
      workers.forEach(Worker::stopSpinning);
    }
    int current = (ready & 1L << lastRun) != 0 ? lastRun : 0;
    int number = decisions.size() + 1;
    int wanted = schedule.threadAt(number);
    int chosen = current != 0 ? current : Long.numberOfTrailingZeros(ready);
    if (wanted != 0 && (ready & 1L << wanted) != 0) {
      chosen = wanted;
    } else if (wanted != 0) {
      diverged = true;
    }
    decisions.add(new Decision(number, current, ready, chosen, done));
    Worker next = workers.get(chosen - 1);
    lastRun = chosen;
    eventsAtStep = events.get();
    running = next;
    turn.incrementAndGet();
    next.letGo();
  }

  // What the watching thread does.

  private void watch() {
    while (true) {
      Worker worker = running;
      if (worker != null) {
        watch(worker);
      } else {
        settle();
        if (isOver()) {
          return;
        }
        if (idleRounds >= IDLE_ROUNDS) {
          throw new Deadlock("no thread gets on: each repeats its reads", schedule, workers);
        }
        decide();
      }
    }
  }

  private boolean isOver() {
    return workers.stream().allMatch(worker -> worker.phase() == Phase.ENDED);
  }

  /** Watches a thread that has the turn until it has it no longer. */
  private void watch(Worker worker) {
    long watched = turn.get();
    long start = System.nanoTime();
    long waitingSince = -1;
    LockSupport.parkNanos(this, LOOK.toNanos());
    while (running == worker && turn.get() == watched) {
      Standstill still = Standstill.of(worker);
      boolean lost = false;
      if (worker.isHeld() || worker.phase() != Phase.RUNNING) {
        waitingSince = -1; // on its way from one step to the next
      } else if (still.isWaiting()) {
        long now = System.nanoTime();
        waitingSince = waitingSince < 0 ? now : waitingSince;
        lost = waitsForOther(worker, still) || now - waitingSince > SETTLED.toNanos();
      } else {
        waitingSince = -1;
        lost = System.nanoTime() - start > BUSY.toNanos();
      }
      if (lost && turn.get() == watched && worker.loseTurn()) {
        running = null;
        return;
      }
      LockSupport.parkNanos(this, LOOK.toNanos());
    }
  }

  /**
   * Waits until each thread is ready, at its end, or certain to wait until another goes on, and at
   * least one is ready or all are at their end.
   */
  private void settle() {
    long start = System.nanoTime();
    List<Phase> seen = List.of();
    long settledSince = start;
    while (true) {
      List<Phase> phases = workers.stream().map(Worker::phase).toList();
      boolean ready = phases.contains(Phase.READY);
      boolean certain = true;
      boolean timed = false;
      for (Worker worker : workers) {
        if (worker.phase() == Phase.WAITING) {
          Standstill still = Standstill.of(worker);
          certain &= waitsForOther(worker, still);
          timed |= !still.isWaiting() || still.state() == Thread.State.TIMED_WAITING;
        }
      }
      long now = System.nanoTime();
      if (!phases.equals(seen)) {
        seen = phases;
        settledSince = now;
        continue; // what one has done may have woken another
      }
      if (!phases.contains(Phase.WAITING)
          || (ready && !isAwaited() && (certain || now - settledSince > SETTLED.toNanos()))) {
        return;
      }
      if (ready && now - start > STUCK.toNanos()) {
        return; // the one that the schedule wants does not come
      }
      boolean deadlocked =
          certain || now - settledSince > (timed ? STUCK_FOR_A_TIME : STUCK).toNanos();
      if (!ready && deadlocked) {
        throw new Deadlock("deadlock: no thread can go on", schedule, workers);
      }
      LockSupport.parkNanos(this, LOOK.toNanos());
    }
  }

  /** {@return whether the schedule wants a thread next that waits now} */
  private boolean isAwaited() {
    int wanted = schedule.threadAt(decisions.size() + 1);
    return wanted != 0
        && wanted <= workers.size()
        && workers.get(wanted - 1).phase() == Phase.WAITING;
  }

  /**
   * {@return whether a thread waits for a lock that another has, which does not go on by itself}
   */
  private boolean waitsForOther(Worker worker, Standstill still) {
    if (still.owner() < 0 || still.owner() == worker.threadId()) {
      return false;
    }
    for (Worker other : workers) {
      if (other.threadId() == still.owner()) {
        return other.phase() == Phase.READY
            || (other.phase() == Phase.WAITING && Standstill.of(other).isWaiting());
      }
    }
    return false;
  }
}
