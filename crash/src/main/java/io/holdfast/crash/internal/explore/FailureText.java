package io.holdfast.crash.internal.explore;

import io.holdfast.crash.CrashFailure;
import java.util.List;

/** A failure as text for people, the most important first: what happened, and what to do next. */
final class FailureText {
  private FailureText() {}

  static String of(
      Settings settings,
      List<CrashFailure.Crash> crashes,
      List<String> acknowledged,
      List<String> steps,
      List<String> leftOut,
      Throwable cause,
      String replay) {
    StringBuilder text = new StringBuilder();
    for (CrashFailure.Crash crash : crashes) {
      text.append("%s after %s%n".formatted(crash.kind().words(), crash.description()));
      if (crash.losses().isEmpty()) {
        text.append("  nothing was lost%n".formatted());
      } else {
        text.append("  lost, of %d in doubt:%n".formatted(crash.inDoubt()));
      }
      for (String lost : crash.lost()) {
        text.append("    ").append(lost.replace("\n", "\n    ")).append(System.lineSeparator());
      }
    }
    if (!steps.isEmpty() || !leftOut.isEmpty()) {
      text.append("steps that it takes: %s%n".formatted(steps));
    }
    if (!leftOut.isEmpty()) {
      text.append("steps left out: %s%n".formatted(leftOut));
    }
    text.append("acknowledged before: %s%n".formatted(acknowledged));
    text.append("then the check failed: %s%n".formatted(cause));
    for (StackTraceElement frame : cause.getStackTrace()) {
      if (frame.getClassName().equals(CheckRun.class.getName())) {
        break;
      }
      text.append("    at %s%n".formatted(frame));
    }
    text.append("granularity %s, seed %d%n".formatted(settings.granularity(), settings.seed()));
    text.append("to see it again: -Dholdfast.crash.replay=").append(replay);
    return text.toString();
  }
}
