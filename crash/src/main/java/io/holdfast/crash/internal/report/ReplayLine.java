package io.holdfast.crash.internal.report;

import io.holdfast.pmem.Granularity;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * One line of text that says how to get to a failing state: what ran, and how each crash on the way
 * left the medium. Signs that a shell, a property file or XML would take for its own do not occur
 * in it.
 *
 * <pre>
 * holdfast-1/NAME/CACHE_LINE/seed=1/without=2,4/schedule=.../12:power:3.1,5-9.2:8f21c09a/3:kill:0,2:11aa22bb
 * </pre>
 *
 * <p>Parts that say nothing are left out. A crash is the number of the last event before it, what
 * it was, its choices, and a hash of what it left and of what was acknowledged by then: of a power
 * failure {@code DOUBT.CHOICE} for each doubt that is not in its first choice, neighbours with the
 * same choice as {@code FIRST-LAST.CHOICE}; of a kill the pieces of the last event that it had not
 * come to.
 *
 * @param without the numbers of the steps that were left out
 * @param schedule how threads took turns, empty if they did not
 */
public record ReplayLine(
    String name,
    Granularity granularity,
    long seed,
    SortedSet<Integer> without,
    String schedule,
    List<Crash> crashes) {
  private static final String FORMAT = "holdfast-1";
  private static final int MOST_DOUBTS = 1 << 24;

  /**
   * One crash.
   *
   * @param event the number of the last event before it
   * @param kind how the run ended
   * @param choices of a power failure the choice of each doubt, those after the last one that is
   *     not 0 may be missing; of a kill the numbers of the pieces that it had not come to
   * @param hash what it left
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  public record Crash(int event, Kind kind, int[] choices, int hash) {}

  /** How a run ended. */
  public enum Kind {
    POWER,
    KILL
  }

  @Override
  public String toString() {
    StringJoiner line = new StringJoiner("/").add(FORMAT);
    if (!name.isEmpty()) {
      line.add("name=" + encoded(name));
    }
    line.add(granularity.name()).add("seed=" + seed);
    if (!without.isEmpty()) {
      StringJoiner numbers = new StringJoiner(",", "without=", "");
      without.forEach(number -> numbers.add(number.toString()));
      line.add(numbers.toString());
    }
    if (!schedule.isEmpty()) {
      line.add("schedule=" + encoded(schedule));
    }
    for (Crash crash : crashes) {
      line.add(
          "%d:%s:%s:%08x"
              .formatted(
                  crash.event(),
                  crash.kind() == Kind.KILL ? "kill" : "power",
                  crash.kind() == Kind.KILL ? list(crash.choices()) : choices(crash.choices()),
                  crash.hash()));
    }
    return line.toString();
  }

  /**
   * {@return the line that {@code text} is}
   *
   * @throws IllegalArgumentException if it is none
   */
  public static ReplayLine parse(String text) {
    String[] parts = text.strip().split("/", -1);
    if (!parts[0].equals(FORMAT)) {
      throw new IllegalArgumentException(
          "no line of a failure to replay: it begins with \"%s\", not \"%s\""
              .formatted(parts[0], FORMAT));
    }
    String name = "";
    Granularity granularity = null;
    long seed = 1;
    SortedSet<Integer> without = new TreeSet<>();
    String schedule = "";
    List<Crash> crashes = new ArrayList<>();
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      try {
        if (part.startsWith("name=")) {
          name = decoded(part);
        } else if (part.startsWith("seed=")) {
          seed = Long.parseLong(part.substring(5));
        } else if (part.startsWith("without=")) {
          for (String number : part.substring(8).split(",")) {
            without.add(Integer.parseUnsignedInt(number));
          }
        } else if (part.startsWith("schedule=")) {
          schedule = decoded(part);
        } else if (part.contains(":")) {
          crashes.add(crash(part));
        } else {
          granularity = Granularity.valueOf(part);
        }
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "no line of a failure to replay: its part \"%s\" makes no sense".formatted(part), e);
      }
    }
    if (granularity == null || crashes.isEmpty()) {
      throw new IllegalArgumentException(
          "no whole line of a failure to replay: it has no %s"
              .formatted(granularity == null ? "granularity" : "crash"));
    }
    return new ReplayLine(name, granularity, seed, without, schedule, List.copyOf(crashes));
  }

  private static Crash crash(String part) {
    String[] fields = part.split(":", -1);
    if (fields.length != 4) {
      throw new IllegalArgumentException("%d fields in place of 4".formatted(fields.length));
    }
    Kind kind = Kind.valueOf(fields[1].toUpperCase(Locale.ROOT));
    return new Crash(
        Integer.parseUnsignedInt(fields[0]),
        kind,
        kind == Kind.KILL ? numbers(fields[2]) : choicesOf(fields[2]),
        Integer.parseUnsignedInt(fields[3], 16));
  }

  private static String choices(int[] choices) {
    StringJoiner text = new StringJoiner(",");
    for (int i = 0; i < choices.length; i++) {
      int first = i;
      while (i + 1 < choices.length && choices[i + 1] == choices[first]) {
        i++;
      }
      if (choices[first] != 0) {
        text.add((i == first ? "" + i : first + "-" + i) + "." + choices[first]);
      }
    }
    return text.toString();
  }

  private static int[] choicesOf(String text) {
    int[] choices = {};
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int dot = part.indexOf('.');
      String[] range = part.substring(0, dot).split("-", -1);
      int first = Integer.parseUnsignedInt(range[0]);
      int last = Integer.parseUnsignedInt(range[range.length - 1]);
      int choice = Integer.parseUnsignedInt(part.substring(dot + 1));
      if (last < first || last >= MOST_DOUBTS || range.length > 2 || choice < 0) {
        throw new IllegalArgumentException(part);
      }
      if (last >= choices.length) {
        choices = Arrays.copyOf(choices, last + 1);
      }
      Arrays.fill(choices, first, last + 1, choice);
    }
    return choices;
  }

  private static String list(int[] numbers) {
    StringJoiner text = new StringJoiner(",");
    for (int number : numbers) {
      text.add(Integer.toString(number));
    }
    return text.toString();
  }

  private static int[] numbers(String text) {
    return text.isEmpty()
        ? new int[0]
        : Arrays.stream(text.split(",", -1)).mapToInt(Integer::parseUnsignedInt).toArray();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A");
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.substring(part.indexOf('=') + 1), StandardCharsets.UTF_8);
  }
}
