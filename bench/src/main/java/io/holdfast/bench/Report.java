package io.holdfast.bench;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a run has measured, in the two forms it is given out: a table for people, JSON for programs.
 */
final class Report {
  private static final List<String> HEADINGS =
      List.of("scenario", "Holdfast ns", "peer ns", "ratio", "middle half", "peer");
  private static final String NOTHING = "-";

  private Report() {}

  /** {@return medians and ratios, and below them what each row has measured} */
  static String table(List<Result> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    results.forEach(result -> rows.add(row(result)));
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int width = width(rows, column);
        String cell = row.get(column);
        // Names stand to the left, figures to the right.
        boolean name = column == 0 || column == row.size() - 1;
        line.append(
            name
                ? cell + " ".repeat(width - cell.length())
                : " ".repeat(width - cell.length()) + cell);
        line.append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    text.append('\n');
    results.stream()
        .map(Result::scenario)
        .collect(
            groupingBy(
                Scenario::work,
                LinkedHashMap::new,
                mapping(
                    Scenario::operation,
                    collectingAndThen(
                        toCollection(LinkedHashSet::new),
                        operations -> String.join(", ", operations)))))
        .forEach(
            (work, operations) ->
                text.append(operations).append(":\n  ").append(work).append('\n'));
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static List<String> row(Result result) {
    boolean compared = result.ratio().isPresent();
    return List.of(
        result.scenario().name(),
        decimal(result.oursNanos(), 1),
        compared ? decimal(result.peerNanos().getAsDouble(), 1) : NOTHING,
        compared ? decimal(result.ratio().getAsDouble(), 2) : NOTHING,
        compared
            ? decimal(result.ratioQuantile(0.25), 2) + "-" + decimal(result.ratioQuantile(0.75), 2)
            : NOTHING,
        result.scenario().peerName() + (compared || isAlone(result) ? "" : " (missing)"));
  }

  private static boolean isAlone(Result result) {
    return result.scenario().peerName().equals(Scenario.NO_PEER);
  }

  /** {@return an array with one object per scenario; what was not measured is null} */
  static String json(List<Result> results) {
    return results.stream()
        .map(
            result ->
                "  {\"scenario\": %s, \"ours_ns\": %s, \"peer\": %s, \"peer_ns\": %s, \"ratio\": %s}"
                    .formatted(
                        quoted(result.scenario().name()),
                        decimal(result.oursNanos(), 2),
                        quoted(result.scenario().peerName()),
                        orNull(result.peerNanos(), 2),
                        orNull(result.ratio(), 4)))
        .collect(joining(",\n", "[\n", "\n]\n"));
  }

  private static String orNull(OptionalDouble value, int digits) {
    return value.isPresent() ? decimal(value.getAsDouble(), digits) : "null";
  }

  private static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Names are ours: they hold neither quotes nor control characters. */
  private static String quoted(String name) {
    return '"' + name + '"';
  }
}
