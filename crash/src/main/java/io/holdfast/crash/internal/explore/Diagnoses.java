package io.holdfast.crash.internal.explore;

import io.holdfast.crash.Finding;
import io.holdfast.crash.Suppression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The diagnoses of several runs as one: what several have found at one place is told as the first
 * has found it.
 */
final class Diagnoses {
  private record Place(Finding.Kind kind, List<StackTraceElement> stack, String file) {
    static Place of(Finding finding) {
      String first = finding.first();
      return new Place(
          finding.kind(), finding.stack(), first.substring(0, Math.max(0, first.indexOf(' '))));
    }
  }

  private final Map<Place, Finding> findings = new LinkedHashMap<>();

  /** Those of one run are in the order of the rules, and so are those of all others. */
  private final List<Suppression> suppressions = new ArrayList<>();

  void add(Diagnosis diagnosis) {
    for (int i = 0; i < diagnosis.suppressions().size(); i++) {
      if (i == suppressions.size()) {
        suppressions.add(diagnosis.suppressions().get(i));
      } else {
        suppressions.set(i, merged(suppressions.get(i), diagnosis.suppressions().get(i)));
      }
    }
    addTo(findings, diagnosis.findings());
  }

  private static Suppression merged(Suppression one, Suppression other) {
    Map<Place, Finding> merged = new LinkedHashMap<>();
    addTo(merged, one.findings());
    addTo(merged, other.findings());
    return new Suppression(one.kind(), one.where(), one.reason(), List.copyOf(merged.values()));
  }

  private static void addTo(Map<Place, Finding> known, List<Finding> more) {
    more.forEach(finding -> known.putIfAbsent(Place.of(finding), finding));
  }

  List<Finding> findings() {
    return List.copyOf(findings.values());
  }

  List<Suppression> suppressions() {
    return List.copyOf(suppressions);
  }
}
