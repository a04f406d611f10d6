package io.holdfast.cli;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.Finding;
import io.holdfast.crash.OutcomeGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** A report as {@code holdfast crash} prints it. */
final class CrashText {
  private static final int OUTCOMES_SHOWN = 12;

  private CrashText() {}

  static void print(Console console, CrashReport report) throws IOException {
    console.println(
        "%s: %,d events, %s, %s of a crashed recovery, seed %d"
            .formatted(
                report.granularity(),
                report.events(),
                report.coverageInWords(),
                report.recoveryCoverageInWords(),
                report.seed()));
    if (report.schedules().explored() > 0) {
      console.println(Escape.text(report.schedules().toString()));
    }
    for (OutcomeGroup group : report.outcomes()) {
      console.println(
          group.firstEvent() == group.lastEvent()
              ? "after event %d:".formatted(group.firstEvent())
              : "after events %d-%d:".formatted(group.firstEvent(), group.lastEvent()));
      int shown = 0;
      for (Map.Entry<String, Long> outcome : group.states().entrySet()) {
        if (shown++ == OUTCOMES_SHOWN) {
          console.println(
              "  and %,d other outcomes".formatted(group.states().size() - OUTCOMES_SHOWN));
          break;
        }
        console.println("  %,8d x %s".formatted(outcome.getValue(), Escape.text(outcome.getKey())));
      }
    }
    for (Finding finding : report.diagnosis()) {
      printLines(console, finding.toString());
    }
    for (var failure : report.failures()) {
      // What is said to a test is a property; here it is an option.
      printLines(console, failure.toString().replace("-Dholdfast.crash.replay=", "--replay "));
    }
  }

  /** Prints a text of several lines, whatever is in them. */
  static void printLines(Console console, String text) throws IOException {
    for (String line : text.lines().toList()) {
      console.println(Escape.text(line.replace("\t", "    ")));
    }
  }

  static void printTrace(Console console, Throwable failure) throws IOException {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    printLines(console, trace.toString());
  }
}
