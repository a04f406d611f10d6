package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashFailure;

/** A failure in the fewest words: what happened, what the check says, what to do. */
public final class Summary {
  private Summary() {}

  /** {@return "a power failure after event 12 breaks it"} */
  public static String headline(CrashFailure failure) {
    CrashFailure.Crash last = failure.crashes().getLast();
    boolean kill = last.kind() == CrashFailure.Kind.KILL;
    String what = kill ? "a process killed" : "a power failure";
    boolean ofRun = failure.crashes().size() == 1;
    String where = ofRun ? "" : " of the recovery";
    String when =
        last.event() == 0
            ? "before the first event" + where
            : "after event %d%s".formatted(last.event(), where);
    return "%s %s breaks it".formatted(what, when);
  }

  /** {@return what the check threw, without the package of its class} */
  public static String cause(Throwable cause) {
    String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return message == null || message.isBlank() ? type : type + ": " + message.strip();
  }

  /** {@return what to do about a failure, in one sentence} */
  public static String remedy(CrashFailure failure) {
    for (CrashFailure.Crash crash : failure.crashes().reversed()) {
      if (!crash.losses().isEmpty()) {
        CrashFailure.Loss first = crash.losses().getFirst();
        int others = crash.losses().size() - 1;
        return "%s%s: %s%s"
            .formatted(
                first.what(),
                first.stored().isEmpty() ? "" : " at " + place(first.stored().getFirst()),
                first.remedy(),
                others == 0
                    ? ""
                    : others == 1 ? " (and one more)" : " (and %d more)".formatted(others));
      }
    }
    return "nothing was lost: what had been done up to there does not stand alone, or recovery from"
        + " it is wrong";
  }

  /** {@return the frame as people look for it: "Foo.java:31"} */
  public static String place(StackTraceElement frame) {
    return frame.getFileName() == null || frame.getLineNumber() < 0
        ? frame.toString()
        : "%s:%d".formatted(frame.getFileName(), frame.getLineNumber());
  }

  /** {@return the three lines that a failed assertion begins with} */
  public static String of(CrashFailure failure) {
    return "%s: %s%n  %s%n  to see it again: -Dholdfast.crash.replay=%s"
        .formatted(headline(failure), cause(failure.cause()), remedy(failure), failure.replay());
  }
}
