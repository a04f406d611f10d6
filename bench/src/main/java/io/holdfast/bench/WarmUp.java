package io.holdfast.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;

/**
 * Says when code has run for long enough: when a given time is over and the compiler has had
 * nothing to do for half of it. On a busy machine the compiler may need much longer; ten times the
 * given time is waited for it, no more.
 */
final class WarmUp {
  private static final int MOST_TIMES = 10;

  private final Optional<CompilationMXBean> compiler =
      Optional.ofNullable(ManagementFactory.getCompilationMXBean());
  private final long nanos;
  private final long begin = System.nanoTime();
  private long idleSince = begin;
  private long compilationMillis;

  WarmUp(Duration time) {
    this.nanos = time.toNanos();
  }

  /** {@return whether it is over; to be asked often} */
  boolean isOver() {
    long now = System.nanoTime();
    long millis = compiler.map(CompilationMXBean::getTotalCompilationTime).orElse(0L);
    if (millis != compilationMillis) {
      compilationMillis = millis;
      idleSince = now;
    }
    long passed = now - begin;
    return passed >= nanos && (now - idleSince >= nanos / 2 || passed >= MOST_TIMES * nanos);
  }
}
