package io.holdfast.crash.internal.schedule;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Whether a thread waits for another, as far as the virtual machine tells.
 *
 * @param state the thread's state
 * @param owner the identifier of the thread that holds the lock it waits for, -1 if it waits for
 *     none, or one that is free
 * @param lock what it waits for, {@code null} if that is not known
 */
record Standstill(Thread.State state, long owner, @Nullable String lock) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  static Standstill of(Thread thread) {
    Thread.State state = thread.getState();
    if (!isWaiting(state)) {
      return new Standstill(state, -1, null);
    }
    ThreadInfo info = THREADS.getThreadInfo(thread.threadId());
    return info == null
        ? new Standstill(Thread.State.TERMINATED, -1, null)
        : new Standstill(info.getThreadState(), info.getLockOwnerId(), info.getLockName());
  }

  boolean isWaiting() {
    return isWaiting(state);
  }

  private static boolean isWaiting(Thread.State state) {
    return switch (state) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      default -> false;
    };
  }
}
