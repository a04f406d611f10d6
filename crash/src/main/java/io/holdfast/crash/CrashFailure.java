package io.holdfast.crash;

import java.util.List;

/**
 * A crash that the check does not accept, with as little lost as it takes. Immutable.
 *
 * @param crashes the crashes on the way, the last one right before the failing check
 * @param acknowledged what had been acknowledged before the last crash
 * @param steps the {@linkplain RunLog#step steps} that it takes, in order; empty if the run has
 *     none
 * @param leftOut the steps that it does not take
 * @param cause what the check threw
 * @param replay the line by which {@link CrashExploration#replay} gets to it again
 * @param report all of it, for people
 */
public record CrashFailure(
    List<Crash> crashes,
    List<String> acknowledged,
    List<String> steps,
    List<String> leftOut,
    Throwable cause,
    String replay,
    String report) {

  /** How a run ended. */
  public enum Kind {
    /** What was not durable is lost, or not. */
    POWER_FAILURE("power failure"),
    /** What was visible is there, but no more durable than before. */
    KILL("process killed");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** {@return the kind in words} */
    public String words() {
      return words;
    }
  }

  /** Makes the lists unmodifiable. */
  public CrashFailure {
    crashes = List.copyOf(crashes);
    acknowledged = List.copyOf(acknowledged);
    steps = List.copyOf(steps);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * One crash.
   *
   * @param kind how the run ended
   * @param event the number of the last event before it, 0 if there was none
   * @param description that event, with its thread and its place in the source
   * @param stack where the program did it, innermost call first; this is who came before what is
   *     lost was durable
   * @param inDoubt how many things were in doubt
   * @param losses what was in doubt and is lost
   */
  public record Crash(
      Kind kind,
      int event,
      String description,
      List<StackTraceElement> stack,
      int inDoubt,
      List<Loss> losses) {

    /** Makes the lists unmodifiable. */
    public Crash {
      stack = List.copyOf(stack);
      losses = List.copyOf(losses);
    }

    /** {@return what was lost, each in words: file, offset, how it was stored and where} */
    public List<String> lost() {
      return losses.stream().map(Loss::toString).toList();
    }
  }

  /**
   * Neighbouring bytes of one store or write that are lost, or a size or name.
   *
   * @param file the last name of the file, without its folder
   * @param position the first lost byte, an offset in the file; -1 for a name or size
   * @param length how many bytes are lost, 0 for a name or size
   * @param what what was lost, in words
   * @param event when it had happened: "event 12 of the run"
   * @param step the step that it belongs to; empty if to none
   * @param thread the thread that did it
   * @param stored where the program did it, innermost call first
   * @param left the bytes as the crash has left them, in hexadecimal; empty for a name or size
   * @param expected the bytes as they had been visible, in hexadecimal
   * @param leftMeaning what the bytes left mean, by the {@linkplain CrashExploration#decode
   *     decoder}; empty if there is none
   * @param expectedMeaning what the visible bytes mean
   * @param remedy what was missing to make it durable, and what to do about it
   * @param missed where what came closest to it was done, as a flush that no fence followed,
   *     innermost call first; empty if nothing did
   */
  public record Loss(
      String file,
      long position,
      long length,
      String what,
      String event,
      String step,
      String thread,
      List<StackTraceElement> stored,
      String left,
      String expected,
      String leftMeaning,
      String expectedMeaning,
      String remedy,
      List<StackTraceElement> missed) {

    /** Makes the lists unmodifiable. */
    public Loss {
      stored = List.copyOf(stored);
      missed = List.copyOf(missed);
    }

    /** {@return the loss, in words} */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append(what).append(", ").append(event);
      if (!step.isEmpty()) {
        text.append(" (").append(step).append(')');
      }
      text.append(", by ").append(thread);
      frames(text, stored);
      if (!left.isEmpty()) {
        text.append("\n  left by the crash:   ").append(meaning(left, leftMeaning));
        text.append("\n  visible before it:   ").append(meaning(expected, expectedMeaning));
      }
      text.append("\n  ").append(remedy);
      frames(text, missed);
      return text.toString();
    }

    private static String meaning(String bytes, String meaning) {
      return meaning.isEmpty() ? bytes : bytes + "  " + meaning;
    }

    private static void frames(StringBuilder text, List<StackTraceElement> stack) {
      stack.forEach(frame -> text.append("\n    at ").append(frame));
    }
  }

  /** {@return the report} */
  @Override
  public String toString() {
    return report;
  }
}
