package io.holdfast.crash.internal.report;

import io.holdfast.crash.Finding;
import io.holdfast.crash.Suppression;
import io.holdfast.crash.internal.model.Event;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The findings of one run: those from one place in the program are one. */
public final class Findings {
  /** How many frames tell one place from another, and are shown. */
  private static final int FRAMES = 6;

  private record Key(Finding.Kind kind, List<StackTraceElement> stack, int file) {}

  private final FileNames names;
  private final Reporting reporting;
  private final Map<Key, Finding> findings = new LinkedHashMap<>();

  /**
   * Begins with none.
   *
   * @param names is told by the caller of the events so far
   */
  public Findings(FileNames names, Reporting reporting) {
    this.names = names;
    this.reporting = reporting;
  }

  public FileNames names() {
    return names;
  }

  public void add(Finding.Kind kind, Event event, long position, String remedy) {
    add(kind, event, position, "", null, remedy);
  }

  /**
   * Adds what was found at an event.
   *
   * @param position where in the file, -1 for nowhere
   * @param related what else it has to do with, in words
   * @param other the event that the words are about, if any
   */
  public void add(
      Finding.Kind kind,
      Event event,
      long position,
      String related,
      @Nullable Event other,
      String remedy) {
    List<StackTraceElement> stack = frames(event);
    findings.merge(
        new Key(kind, stack, event.file()),
        new Finding(
            kind,
            1,
            "%s%s%s, by %s"
                .formatted(
                    event instanceof Event.Rename || event.file() < 0
                        ? ""
                        : names.name(event.file()) + " ",
                    position < 0 ? "" : "0x%x, ".formatted(position),
                    event.describe(),
                    event.origin().thread()),
            stack,
            related,
            other == null ? List.of() : frames(other),
            remedy),
        (known, _) ->
            new Finding(
                known.kind(),
                known.count() + 1,
                known.first(),
                known.stack(),
                known.related(),
                known.relatedStack(),
                known.remedy()));
  }

  private static List<StackTraceElement> frames(Event event) {
    List<StackTraceElement> trace = event.origin().trace();
    return trace.subList(0, Math.min(FRAMES, trace.size()));
  }

  /** {@return the findings that no rule says are none} */
  public List<Finding> standing() {
    return findings.values().stream().filter(finding -> ruleFor(finding) == null).toList();
  }

  /** {@return the rules, in order, each with the findings that it was the first to be good for} */
  public List<Suppression> suppressed() {
    Map<Reporting.Rule, List<Finding>> byRule = new LinkedHashMap<>();
    reporting.rules().forEach(rule -> byRule.put(rule, new ArrayList<>()));
    for (Finding finding : findings.values()) {
      Reporting.Rule rule = ruleFor(finding);
      if (rule != null) {
        byRule.computeIfAbsent(rule, _ -> new ArrayList<>()).add(finding);
      }
    }
    List<Suppression> suppressions = new ArrayList<>();
    byRule.forEach(
        (rule, found) ->
            suppressions.add(new Suppression(rule.kind(), rule.where(), rule.reason(), found)));
    return suppressions;
  }

  private Reporting.@Nullable Rule ruleFor(Finding finding) {
    for (Reporting.Rule rule : reporting.rules()) {
      if (rule.kind() == finding.kind() && rule.condition().test(finding)) {
        return rule;
      }
    }
    return null;
  }
}
