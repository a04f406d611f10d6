package io.holdfast.systemtest.guest;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Tells the host what was seen: lines on the console, {@code @@PASS name: what} or {@code @@FAIL
 * name: why}. The host judges again whether what was seen is what it expects. Thread-safe.
 */
final class Report {
  /** What is checked: its result is what was seen. */
  interface Check {
    String see() throws Exception;
  }

  private final PrintStream out;
  private boolean failed;

  Report(PrintStream out) {
    this.out = out;
  }

  /** Makes a check and reports it; a failure stops nothing. */
  void check(String name, Check check) {
    try {
      pass(name, check.see());
    } catch (Exception | Error e) {
      fail(name, e);
    }
  }

  void pass(String name, String seen) {
    say("PASS", name + ": " + seen);
  }

  synchronized void fail(String name, Throwable why) {
    failed = true;
    say("FAIL", name + ": " + why);
    why.printStackTrace(out);
    out.flush();
  }

  /** One message to the host, on a line of its own. */
  synchronized void say(String word, String text) {
    byte[] line =
        ("@@" + word + " " + text.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(line, 0, line.length);
    out.flush();
  }

  synchronized boolean hasFailed() {
    return failed;
  }
}
