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
 * earlier ones too. Before each turn a tenth of it runs without being counted, so that what the
 * other side's turn has driven from the caches is back.
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
    long[] iterations = new long[scenarios.size()];
    for (int i = 0; i < iterations.length; i++) {
      iterations[i] = warmUp(scenarios.get(i));
      progress.advance();
    }
    List<Result> results = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      int peerRounds = scenario.peer().isPresent() ? effort.rounds() : 0;
      results.add(new Result(scenario, new double[effort.rounds()], new double[peerRounds]));
    }
    for (int round = 0; round < effort.rounds(); round++) {
      for (int i = 0; i < iterations.length; i++) {
        measure(results.get(i), round, iterations[i]);
      }
      progress.advance();
    }
    return results;
  }

  /** {@return how many steps {@link #run} reports to the progress for so many scenarios} */
  static int steps(int scenarios, Effort effort) {
    return scenarios + effort.rounds();
  }

  /** Runs our side until it is compiled, and returns how many operations make a turn. */
  private long warmUp(Scenario scenario) throws IOException {
    long calls = 0;
    long iterations = 1;
    double nanosPerOperation;
    long end = System.nanoTime() + effort.warmUp().toNanos();
    do {
      long nanos = scenario.ours().nanos(iterations, calls);
      calls++;
      nanosPerOperation = Math.max((double) nanos / iterations, 1);
      if (nanos < WARM_UP_CALL.toNanos()) {
        iterations = Math.min(iterations * 2, scenario.mostIterations());
      } else if (nanos > 2 * WARM_UP_CALL.toNanos()) {
        iterations = Math.max(iterations / 2, 1);
      }
    } while (System.nanoTime() < end);
    long turn = (long) (effort.turn().toNanos() / nanosPerOperation);
    return Math.clamp(turn, 1, scenario.mostIterations());
  }

  private static void measure(Result result, int round, long iterations) throws IOException {
    Scenario scenario = result.scenario();
    if (scenario.peer().isEmpty()) {
      result.ours()[round] = turn(scenario.ours(), iterations, round);
      return;
    }
    Workload peer = scenario.peer().get();
    if (round % 2 == 0) {
      result.ours()[round] = turn(scenario.ours(), iterations, round);
      result.peer()[round] = turn(peer, iterations, round);
    } else {
      result.peer()[round] = turn(peer, iterations, round);
      result.ours()[round] = turn(scenario.ours(), iterations, round);
    }
  }

  /** {@return nanoseconds per operation} Both sides of a round draw the same numbers. */
  private static double turn(Workload workload, long iterations, int round) throws IOException {
    long seed = RandomSequence.number(round);
    workload.nanos(Math.max(iterations / 10, 1), ~seed);
    return (double) workload.nanos(iterations, seed) / iterations;
  }
}
