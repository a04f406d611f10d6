package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the compared rows of a run say together, in a few lines. */
final class Summary {
  private Summary() {}

  /** {@return the lines, empty if no row is judged so} */
  static String of(List<Result> results) {
    List<Result> compared = results.stream().filter(r -> r.ratio().isPresent()).toList();
    return fenced(rows(compared, Waiting.FENCED))
        + unfenced(rows(compared, Waiting.UNFENCED_SMALL))
        + meant(rows(compared, Waiting.MEANT));
  }

  private static List<Result> rows(List<Result> results, Waiting waiting) {
    return results.stream().filter(r -> r.scenario().waiting() == waiting).toList();
  }

  private static String fenced(List<Result> rows) {
    if (rows.isEmpty()) {
      return "";
    }
    String peers =
        rows.stream()
            .map(r -> r.scenario().peerName())
            .distinct()
            .map(
                peer ->
                    "%s %s"
                        .formatted(
                            peer,
                            decimal(
                                mean(
                                    rows.stream()
                                        .filter(r -> r.scenario().peerName().equals(peer))
                                        .toList()),
                                3)))
            .collect(Collectors.joining(", "));
    Result worst = rows.stream().min(Comparator.comparingDouble(Summary::ratio)).orElseThrow();
    return """
        geometric mean of the %d rows that end with a fence: %s (%s)
        worst of them: %s, %s
        """
        .formatted(
            rows.size(), decimal(mean(rows), 3), peers, decimal(ratio(worst), 3), name(worst));
  }

  private static String unfenced(List<Result> rows) {
    return rows.stream()
        .max(Comparator.comparingDouble(Summary::deficitNanos))
        .map(
            row ->
                "largest deficit of the %d short rows without a fence: %s ns, %s%n"
                    .formatted(rows.size(), decimal(deficitNanos(row), 1), name(row)))
        .orElse("");
  }

  private static String meant(List<Result> rows) {
    return rows.stream()
        .map(r -> r.scenario().operation())
        .distinct()
        .map(
            operation -> {
              List<Result> sizes =
                  rows.stream().filter(r -> r.scenario().operation().equals(operation)).toList();
              return "geometric mean of the %d sizes of %s: %s%n"
                  .formatted(sizes.size(), operation, decimal(mean(sizes), 2));
            })
        .collect(Collectors.joining());
  }

  private static double mean(List<Result> rows) {
    return Math.exp(rows.stream().mapToDouble(r -> Math.log(ratio(r))).average().orElseThrow());
  }

  private static double ratio(Result row) {
    return row.ratio().orElseThrow();
  }

  private static double deficitNanos(Result row) {
    return row.oursNanos() - row.peerNanos().orElseThrow();
  }

  private static String name(Result row) {
    return row.scenario().name() + " against " + row.scenario().peerName();
  }

  private static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
