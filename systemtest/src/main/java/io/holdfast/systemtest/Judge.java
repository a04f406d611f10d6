package io.holdfast.systemtest;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares what guests said with what is expected, prints both, and counts. Thread-safe. */
final class Judge {
  private final PrintStream out;
  private int passed;
  private final List<String> failures = new ArrayList<>();

  Judge(PrintStream out) {
    this.out = out;
  }

  /**
   * Judges a boot.
   *
   * @param title what the boot was for
   * @param messages what the guest said
   * @param troubles what is wrong besides
   * @param expected the checks it must have made
   * @param log where to read more
   */
  synchronized void judge(
      String title,
      List<Boot.Message> messages,
      List<String> troubles,
      List<Expectation> expected,
      String log) {
    out.println();
    out.println(title);
    int before = failures.size();
    for (String trouble : troubles) {
      fail(title, trouble);
    }
    Map<String, String> seen = texts(messages, "PASS");
    Map<String, String> failed = texts(messages, "FAIL");
    failed.forEach((name, why) -> fail(title, name + ": " + why));
    for (Expectation expectation : expected) {
      String text = seen.get(expectation.name());
      if (text != null && expectation.seen().matcher(text).find()) {
        pass(expectation.name() + ": " + text);
      } else if (text != null) {
        fail(
            title,
            "%s: %s, which is not as expected: %s"
                .formatted(expectation.name(), text, expectation.seen()));
      } else if (!failed.containsKey(expectation.name())) {
        fail(title, expectation.name() + ": not reported");
      }
    }
    Set<String> unexpected = new TreeSet<>(seen.keySet());
    unexpected.removeAll(expected.stream().map(Expectation::name).collect(Collectors.toSet()));
    for (String name : unexpected) {
      fail(title, name + ": reported, and nobody expects it");
    }
    if (failures.size() > before) {
      out.println("        see " + log);
    }
  }

  /** {@return the texts of one kind of message, by the name before the colon} */
  private static Map<String, String> texts(List<Boot.Message> messages, String word) {
    Map<String, String> texts = new HashMap<>();
    for (Boot.Message message : messages) {
      if (message.word().equals(word)) {
        String[] halves = message.text().split(": ", 2);
        texts.put(halves[0], halves.length > 1 ? halves[1] : "");
      }
    }
    return texts;
  }

  /** Something beyond a boot's checks holds. */
  synchronized void pass(String what) {
    passed++;
    out.println("  ok    " + what);
  }

  /** Something does not hold. */
  synchronized void fail(String title, String what) {
    failures.add(title + ": " + what);
    out.println("  FAIL  " + what);
  }

  synchronized void say(String line) {
    out.println(line);
  }

  /** {@return whether everything holds, having said so} */
  synchronized boolean conclude() {
    out.println();
    if (failures.isEmpty() && passed > 0) {
      out.println("system test passed: " + passed + " checks");
      return true;
    }
    out.printf("system test FAILED: %d of %d checks%n", failures.size(), passed + failures.size());
    failures.forEach(failure -> out.println("  " + failure));
    return false;
  }
}
