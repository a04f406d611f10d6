package io.holdfast.crash.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.model.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way to mix threads is run once, and none else. */
class ScheduleTreeTest {
  private static final int UNBOUNDED = 100;

  /** A thread has one stretch of work before its first step, and one after each. */
  @ParameterizedTest
  @CsvSource({"0,0,0", "1,1,0", "2,1,0", "3,3,0", "4,4,0", "1,1,1", "2,2,1"})
  void noBound_everyInterleavingIsRunOnce(int first, int second, int third) throws Exception {
    List<Integer> steps = third == 0 ? List.of(first, second) : List.of(first, second, third);
    Set<String> expected = new HashSet<>();
    interleave(steps.stream().mapToInt(count -> count + 1).toArray(), "", expected);
    List<String> found = runs(steps, UNBOUNDED, Long.MAX_VALUE);
    assertThat(found).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    if (steps.size() == 2) {
      assertThat(found).hasSize(binomial(first + second + 2, first + 1));
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3"})
  void bound_everyInterleavingWithSoManyPreemptionsIsRun(int bound) throws Exception {
    for (List<Integer> steps : List.of(List.of(3, 3), List.of(2, 1, 2))) {
      Set<String> expected = new HashSet<>();
      interleave(steps.stream().mapToInt(count -> count + 1).toArray(), "", expected);
      expected.removeIf(order -> preemptions(order, steps) > bound);
      List<String> found = runs(steps, bound, Long.MAX_VALUE);
      assertThat(found).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
      assertThat(found.stream().map(order -> preemptions(order, steps)).toList()).isSorted();
    }
  }

  @Test
  void limit_theFirstSchedulesAreRun() throws Exception {
    List<Integer> steps = List.of(3, 3);
    ScheduleTree tree = new ScheduleTree(bounds(1, 5));
    List<String> found = new ArrayList<>();
    for (Schedule next = tree.next(); next != null; next = tree.next()) {
      found.add(run(tree, next, steps));
    }
    assertThat(found).isEqualTo(runs(steps, 1, Long.MAX_VALUE).subList(0, 5));
    assertThat(tree.explored()).isEqualTo(5);
    assertThat(tree.known()).isGreaterThan(5);
  }

  @Test
  void schedule_isItsText() {
    for (String text : List.of("straight", "1:2", "7:2,12:1")) {
      assertThat(Schedule.parse(text)).hasToString(text);
    }
  }

  private static ScheduleBounds bounds(int preemptions, long schedules) {
    return new ScheduleBounds(preemptions, schedules, Scheduler.Switches.OPERATIONS);
  }

  private static List<String> runs(List<Integer> steps, int preemptions, long most)
      throws Exception {
    ScheduleTree tree = new ScheduleTree(bounds(preemptions, most));
    List<String> found = new ArrayList<>();
    for (Schedule next = tree.next(); next != null; next = tree.next()) {
      assertThat(Schedule.parse(next.toString())).isEqualTo(next);
      found.add(run(tree, next, steps));
    }
    assertThat(tree.explored()).isEqualTo(found.size());
    assertThat(tree.known()).isEqualTo(found.size());
    assertThat(tree.diverged()).isZero();
    return found;
  }

  /** Runs threads of so many acknowledgements; {@return who had the turns, in order} */
  private static String run(ScheduleTree tree, Schedule schedule, List<Integer> steps)
      throws Exception {
    Scheduler scheduler = new Scheduler(schedule, Scheduler.Switches.OPERATIONS);
    Recorder recorder = new Recorder(Recorder.Traces.OFF, scheduler);
    RunLog log = new RecordedLog(recorder, List.of());
    List<RunLog.Task> tasks = new ArrayList<>();
    for (int thread = 1; thread <= steps.size(); thread++) {
      String name = "" + thread;
      int count = steps.get(thread - 1);
      tasks.add(
          () -> {
            for (int i = 0; i < count; i++) {
              log.acknowledge(name);
            }
          });
    }
    scheduler.together(tasks);
    tree.ran(scheduler);
    StringBuilder order = new StringBuilder();
    scheduler.decisions().forEach(decision -> order.append(decision.chosen()));
    List<String> said = recorder.events().stream().map(ScheduleTreeTest::said).toList();
    assertThat(said).isEqualTo(saidIn(order.toString(), steps.size()));
    return order.toString();
  }

  private static String said(Event event) {
    return ((Event.Acknowledge) event).what();
  }

  /** What an order of turns says: each thread's first turn says nothing. */
  private static List<String> saidIn(String order, int threads) {
    boolean[] begun = new boolean[threads + 1];
    List<String> said = new ArrayList<>();
    for (int i = 0; i < order.length(); i++) {
      int thread = order.charAt(i) - '0';
      if (begun[thread]) {
        said.add("" + thread);
      }
      begun[thread] = true;
    }
    return said;
  }

  private static void interleave(int[] left, String order, Set<String> all) {
    boolean over = true;
    for (int thread = 0; thread < left.length; thread++) {
      if (left[thread] > 0) {
        over = false;
        left[thread]--;
        interleave(left, order + (thread + 1), all);
        left[thread]++;
      }
    }
    if (over) {
      all.add(order);
    }
  }

  private static int preemptions(String order, List<Integer> steps) {
    int[] left = steps.stream().mapToInt(count -> count + 1).toArray();
    int preemptions = 0;
    for (int i = 0; i < order.length(); i++) {
      if (i > 0 && order.charAt(i) != order.charAt(i - 1) && left[order.charAt(i - 1) - '1'] > 0) {
        preemptions++;
      }
      left[order.charAt(i) - '1']--;
    }
    return preemptions;
  }

  private static int binomial(int n, int k) {
    long result = 1;
    for (int i = 1; i <= k; i++) {
      result = result * (n - k + i) / i;
    }
    return (int) result;
  }
}
