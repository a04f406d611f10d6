package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.OutcomeGroup;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;

/**
 * A report as one HTML page for people, which loads nothing.
 *
 * <p>What happened, what to do about it, findings and outcomes are there without any script; the
 * timeline, which may have many thousand events, is drawn by one from {@linkplain TimelineData
 * data} in the page.
 */
public final class HtmlReport {
  private static final int MOST_OUTCOMES = 40;
  private static final int MOST_GROUPS = 500;

  private final CrashReport report;
  private final Markup page;

  private HtmlReport(CrashReport report, Writer out) {
    this.report = report;
    page = new Markup(out);
  }

  public static void write(CrashReport report, Writer out) throws IOException {
    new HtmlReport(report, out).write(out);
  }

  private void write(Writer out) throws IOException {
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width\">\n")
        .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
        .raw(" style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>")
        .text(report.failures().isEmpty() ? "Consistent" : "Broken by a crash")
        .text(report.name().isEmpty() ? "" : ": " + report.name())
        .raw("</title>\n<style>\n")
        .resource("report.css")
        .raw("</style>\n</head>\n<body>\n<main>\n");
    verdict();
    figures();
    int number = 1;
    for (CrashFailure failure : report.failures()) {
      new HtmlFailure(page).write(failure, report.failures().size() == 1 ? 0 : number++);
    }
    new HtmlFindings(page).write(report);
    boolean eventful = !report.timeline().isEmpty(); // a replay has no events to show
    if (eventful) {
      timeline();
    }
    outcomes();
    page.raw("</main>\n");
    if (eventful) {
      page.raw("<script type=\"application/json\" id=\"data\">");
      TimelineData.write(report, out);
      page.raw("</script>\n<script>\n").resource("report.js").raw("</script>\n");
    }
    page.raw("</body>\n</html>\n");
  }

  private void verdict() throws IOException {
    boolean broken = !report.failures().isEmpty();
    page.raw(broken ? "<section class=\"verdict bad\">" : "<section class=\"verdict\">");
    if (!report.name().isEmpty()) {
      page.element("p", "name", report.name());
    }
    if (!broken) {
      page.element("h1", "", "No crash breaks it")
          .element("p", "", "The check accepts every state it was shown: " + coverage() + ".");
    } else {
      CrashFailure failure = report.failures().getFirst();
      page.element("h1", "", capital(Summary.headline(failure)))
          .element("p", "cause", Summary.cause(failure.cause()))
          .raw("<p class=\"todo\">")
          .text(Summary.remedy(failure))
          .raw("</p>");
    }
    if (!report.diagnosis().isEmpty()) {
      page.raw("<p><a href=\"#findings\">")
          .text(HtmlFindings.count(report.diagnosis().size()))
          .raw("</a> in the run itself, without any crash.</p>");
    }
    page.raw("</section>\n");
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private String coverage() {
    return report.coverageInWords();
  }

  private void figures() throws IOException {
    page.raw("<dl class=\"figures\">");
    figure("Granularity", report.granularity().name());
    figure("Events of the run", "%,d".formatted(report.events()));
    figure("States checked", coverage());
    figure(
        "States of crashed recoveries",
        report.recoveryStates() == 0 ? "none" : report.recoveryCoverageInWords());
    if (report.schedules().explored() > 0) {
      figure("Schedules of its threads", report.schedules().toString());
    }
    figure("Seed", Long.toString(report.seed()));
    page.raw("</dl>\n");
    if (report.coverage() == CrashReport.Coverage.SAMPLED && report.failures().isEmpty()) {
      page.element(
          "p",
          "dim",
          "The states are a sample: another seed, or more samples, may still find a failure.");
    }
  }

  private void figure(String name, String value) throws IOException {
    page.raw("<div>").element("dt", "", name).element("dd", "", value).raw("</div>");
  }

  private void timeline() throws IOException {
    page.raw("<h2>Timeline</h2>\n")
        .element(
            "p",
            "dim",
            "Each event of the run, and what a crash right after it leaves: the colours are the"
                + " outcomes that the check told, by their share of the states.")
        .raw(
            "<ul id=\"legend\" class=\"legend\"></ul>\n<canvas id=\"strip\" height=\"72\"></canvas>")
        .raw("<div class=\"scale\"><span>start of the run</span><span>")
        .text("event %,d".formatted(Math.max(0, report.timeline().size() - 1)))
        .raw("</span></div>\n<div class=\"tools\"><input id=\"search\" type=\"search\"")
        .raw(" placeholder=\"Search text, file, thread, step, stack\" aria-label=\"Search\">")
        .raw("<label>Kind <select id=\"kinds\"><option value=\"\">all</option></select></label>")
        .raw("<label><input id=\"changes\" type=\"checkbox\"> only where the outcomes change")
        .raw("</label><span id=\"matching\" class=\"dim\" aria-live=\"polite\"></span></div>\n")
        .raw("<div class=\"browser\"><div id=\"list\" tabindex=\"0\" role=\"listbox\"")
        .raw(" aria-label=\"Events; arrow keys move\"><div id=\"rows\"></div></div>")
        .raw("<div id=\"detail\" class=\"panel\" aria-live=\"polite\"></div></div>\n")
        .raw("<noscript><p>The timeline needs JavaScript; all else does not.</p></noscript>\n");
  }

  private void outcomes() throws IOException {
    page.raw(
        "<h2>Outcomes</h2>\n<table class=\"outcomes\"><tr><th>After events</th><th>A crash leaves</th></tr>\n");
    int groups = 0;
    for (OutcomeGroup group : report.outcomes()) {
      if (groups++ == MOST_GROUPS) {
        page.raw("<tr><td colspan=\"2\" class=\"dim\">")
            .text("and %,d more rows".formatted(report.outcomes().size() - MOST_GROUPS))
            .raw("</td></tr>\n");
        break;
      }
      page.raw("<tr><td class=\"mono\">")
          .text(
              group.firstEvent() == group.lastEvent()
                  ? "" + group.firstEvent()
                  : group.firstEvent() + "\u2013" + group.lastEvent())
          .raw("</td><td>");
      int shown = 0;
      for (Map.Entry<String, Long> outcome : group.states().entrySet()) {
        if (shown++ == MOST_OUTCOMES) {
          page.text("and %,d others".formatted(group.states().size() - MOST_OUTCOMES));
          break;
        }
        boolean failed = outcome.getKey().equals(OutcomeGroup.FAILED);
        page.raw(failed ? "<div class=\"failed\">" : "<div>")
            .text(outcome.getKey().isEmpty() ? "(empty)" : outcome.getKey())
            .raw(" <span class=\"dim\">")
            .text("%,d".formatted(outcome.getValue()))
            .text(outcome.getValue() == 1 ? " state" : " states")
            .raw("</span></div>");
      }
      page.raw("</td></tr>\n");
    }
    page.raw("</table>\n");
  }
}
