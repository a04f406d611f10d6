package io.holdfast.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures scenarios side by side: in each round every scenario gives each side a turn, ours first
 * in one round and the peer first in the next, so that a slow second of the machine falls on both
 * sides and on one round only.
 *
 * <p>Before the first round every scenario's own code runs until it is compiled, all of them before
 * any is measured: what the later ones teach the compiler about shared code has then reached the
 * earlier ones too. Both sides' turns last equally long, in time, so that the machine's other work
 * is as likely to fall on the one as on the other. Before each turn a quarter of it runs without
 * being counted, so that what the other side's turn has driven from the caches is back.
 */
final class Comparison {
  /** Calls this short reach the compiler's invocation threshold within a warm-up. */
  private static final Duration WARM_UP_CALL = Duration.ofNanos(100_000);

  private final Effort effort;
  private final Progress progress;

  Comparison(Effort effort, Progress progress) {
    this.effort = effort;
    this.progress = progress;
  }

  /** {@return the results, in the order of the scenarios} */
  List<Result> run(List<Scenario> scenarios) throws IOException {
    long[] ourIterations = new long[scenarios.size()];
    long[] peerIterations = new long[scenarios.size()];
    for (int i = 0; i < scenarios.size(); i++) {
      Scenario scenario = scenarios.get(i);
      long most = scenario.mostIterations();
      ourIterations[i] = warmUp(scenario.ours(), most, effort.warmUp());
      if (scenario.peer().isPresent()) {
        peerIterations[i] = warmUp(scenario.peer().get(), most, effort.warmUp().dividedBy(4));
      }
      progress.advance();
    }
    List<Result> results = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      int peerRounds = scenario.peer().isPresent() ? effort.rounds() : 0;
      results.add(new Result(scenario, new double[effort.rounds()], new double[peerRounds]));
    }
    for (int round = 0; round < effort.rounds(); round++) {
      for (int i = 0; i < scenarios.size(); i++) {
        measure(results.get(i), round, ourIterations[i], peerIterations[i]);
      }
      progress.advance();
    }
    return results;
  }

  /** {@return how many steps {@link #run} reports to the progress for so many scenarios} */
  static int steps(int scenarios, Effort effort) {
    return scenarios + effort.rounds();
  }

  /** Runs a side for a while, and returns how many operations make a turn. */
  private long warmUp(Workload workload, long mostIterations, Duration time) throws IOException {
    long calls = 0;
    long iterations = 1;
    double nanosPerOperation;
    double fastest = Double.MAX_VALUE;
    WarmUp warmUp = new WarmUp(time);
    do {
      long nanos = workload.nanos(iterations, calls);
      calls++;
      nanosPerOperation = Math.max((double) nanos / iterations, 1);
      if (nanos >= WARM_UP_CALL.toNanos() / 2) {
        fastest = Math.min(fastest, nanosPerOperation);
      }
      if (nanos < WARM_UP_CALL.toNanos()) {
        iterations = Math.min(iterations * 2, mostIterations);
      } else if (nanos > 2 * WARM_UP_CALL.toNanos()) {
        iterations = Math.max(iterations / 2, 1);
      }
    } while (!warmUp.isOver());
    // The fastest call that was long enough to be timed: others may have been interrupted.
    double expected = fastest == Double.MAX_VALUE ? nanosPerOperation : fastest;
    return Math.clamp((long) (effort.turn().toNanos() / expected), 1, mostIterations);
  }

  private static void measure(Result result, int round, long ourIterations, long peerIterations)
      throws IOException {
    Scenario scenario = result.scenario();
    if (scenario.peer().isEmpty()) {
      result.ours()[round] = turn(scenario.ours(), ourIterations, round);
      return;
    }
    Workload peer = scenario.peer().get();
    if (round % 2 == 0) {
      result.ours()[round] = turn(scenario.ours(), ourIterations, round);
      result.peer()[round] = turn(peer, peerIterations, round);
    } else {
      result.peer()[round] = turn(peer, peerIterations, round);
      result.ours()[round] = turn(scenario.ours(), ourIterations, round);
    }
  }

  /** {@return nanoseconds per operation} Both sides of a round draw from the same sequence. */
  private static double turn(Workload workload, long iterations, int round) throws IOException {
    long seed = RandomSequence.number(round);
    workload.nanos(Math.max(iterations / 4, 1), ~seed);
    return (double) workload.nanos(iterations, seed) / iterations;
  }
}
