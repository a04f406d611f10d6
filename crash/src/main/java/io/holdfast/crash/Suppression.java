package io.holdfast.crash;

import java.util.List;

/**
 * Findings that a test has declared to be none, and why. Immutable.
 *
 * @param kind the kind of the findings
 * @param where the place in the program: a class, a method, or words for a condition
 * @param reason why they are no mistakes
 * @param findings those that it was good for; if there are none, it can go
 */
public record Suppression(Finding.Kind kind, String where, String reason, List<Finding> findings) {
  /** Makes the list unmodifiable. */
  public Suppression {
    findings = List.copyOf(findings);
  }

  /** {@return the suppression, in words} */
  @Override
  public String toString() {
    return findings.isEmpty()
        ? "suppressed for nothing: %s at %s (%s)".formatted(kind.words(), where, reason)
        : "suppressed: %d finding%s, %s at %s: %s"
            .formatted(
                findings.size(), findings.size() == 1 ? "" : "s", kind.words(), where, reason);
  }
}
