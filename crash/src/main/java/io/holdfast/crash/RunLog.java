package io.holdfast.crash;

import java.util.List;

/**
 * What a run says about itself while it is recorded, and what a check is told about the runs before
 * it.
 *
 * <p>A workload acknowledges what it has been promised to be durable; after a crash the check finds
 * here exactly what had been acknowledged by then, and asserts that all of it is there. A check may
 * acknowledge too: what it has read is then promised to the checks that follow a crash during or
 * after its own run. May be shared between threads.
 */
public interface RunLog {
  /** What one of several threads does. */
  @FunctionalInterface
  interface Task {
    /**
     * Does it.
     *
     * @throws Exception if the program fails
     */
    void run() throws Exception;
  }

  /**
   * Runs tasks at the same time, each in a thread of its own, and returns when all have ended.
   *
   * <p>In a workload the threads take turns: which of them goes on is decided before each store,
   * flush, fence, file call, acquiring read and acknowledgement, and where one waits or ends. The
   * run is repeated until all the ways in which that may be decided have been explored, as far as
   * {@link CrashExploration#preemptionsAtMost} and {@link CrashExploration#schedulesAtMost} allow.
   * What the program does must depend on nothing but these decisions. Threads that it starts by
   * itself take no turns.
   *
   * <p>In a preparation, and in a check, the tasks are run one after the other.
   *
   * @param first what the first thread does
   * @param second what the second does
   * @param more what others do; the ways to mix them soon become too many
   * @throws Exception what the first task that failed has thrown
   * @throws AssertionError if the threads wait for each other for ever; it says where
   * @throws IllegalStateException if it is called by one of the tasks
   */
  void together(Task first, Task second, Task... more) throws Exception;

  /**
   * Says that something is done and durable. Everything that happens from here on, also a crash,
   * happens after it.
   *
   * @param what the words that a check will find
   */
  void acknowledge(String what);

  /** {@return everything acknowledged so far, in order, first that of the runs before} */
  List<String> acknowledged();

  /**
   * {@return whether exactly {@code what} has been acknowledged}
   *
   * @param what the text sought
   */
  boolean hasAcknowledged(String what);

  /**
   * Says that everything stored so far, by any thread, is durable. No crash follows from it; the
   * {@linkplain CrashReport#diagnosis diagnosis} names what is not.
   */
  void promiseDurable();

  /**
   * Says that this thread's stores belong to a transaction; from the first such call on, the report
   * names others.
   */
  void beginTransaction();

  /** Ends what {@link #beginTransaction} of this thread has begun. */
  void endTransaction();

  /**
   * Begins a named part of the run, for which {@link CrashExploration#engine(String, Engine)} may
   * choose another engine. Regions may lie in each other, the last one begun counts; they are those
   * of the whole run, not of a thread.
   *
   * @param name the region's name
   */
  void beginRegion(String name);

  /**
   * Ends the last region of that name that was begun and has not ended; does nothing if there is
   * none.
   *
   * @param name the region's name
   */
  void endRegion(String name);

  /**
   * Runs one of the run's operations under a name. When a crash breaks the check, the exploration
   * repeats the run with steps left out, as long as a crash still breaks it, and reports the fewest
   * that it takes; so a run with steps must do the same when it is repeated. In a preparation and
   * in a check the step is just run. Steps of one thread do not nest.
   *
   * @param name what reports call it
   * @param step the operation
   * @throws Exception what {@code step} throws
   * @throws IllegalStateException if it begins within another step of the same thread
   */
  void step(String name, Step step) throws Exception;

  /** An operation of a run. */
  @FunctionalInterface
  interface Step {
    /**
     * Runs the operation.
     *
     * @throws Exception if the program fails
     */
    void run() throws Exception;
  }

  /**
   * Ends the part of the run in which crashes are explored: in a check, after recovery and before
   * trying what the recovered state is good for.
   */
  void stopCrashing();
}
