package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.Finding;
import io.holdfast.crash.Suppression;
import java.io.IOException;

/** The part of a page that tells what is wrong or wasted without any crash. */
final class HtmlFindings {
  private final Markup page;

  HtmlFindings(Markup page) {
    this.page = page;
  }

  /** {@return "1 finding" or "2 findings"} */
  static String count(int findings) {
    return findings == 1 ? "1 finding" : "%,d findings".formatted(findings);
  }

  void write(CrashReport report) throws IOException {
    if (report.diagnosis().isEmpty() && report.suppressions().isEmpty()) {
      return;
    }
    page.raw("<h2 id=\"findings\">Findings without any crash</h2>\n");
    for (Finding finding : report.diagnosis()) {
      finding(finding, "");
    }
    for (Suppression suppression : report.suppressions()) {
      if (suppression.findings().isEmpty()) {
        page.raw("<div class=\"panel\"><span class=\"tag\">suppressed for nothing</span> ")
            .text(
                "%s at %s (%s): it can go"
                    .formatted(
                        suppression.kind().words(), suppression.where(), suppression.reason()))
            .raw("</div>\n");
      }
      for (Finding finding : suppression.findings()) {
        finding(finding, suppression.reason());
      }
    }
  }

  private void finding(Finding finding, String reason) throws IOException {
    page.raw("<details class=\"panel\"><summary><strong>")
        .text(finding.kind().words())
        .raw("</strong>: ")
        .text(finding.first())
        .text(finding.count() > 1 ? " and %,d more".formatted(finding.count() - 1) : "");
    if (!reason.isEmpty()) {
      page.raw(" <span class=\"tag\">suppressed: ").text(reason).raw("</span>");
    }
    page.raw("</summary>");
    if (!finding.remedy().isEmpty()) {
      page.element("p", "remedy", finding.remedy());
    }
    page.raw("<div class=\"two\"><div>").stack(finding.stack()).raw("</div>");
    if (!finding.related().isEmpty()) {
      page.raw("<div>")
          .element("p", "dim", finding.related())
          .stack(finding.relatedStack())
          .raw("</div>");
    }
    page.raw("</div></details>\n");
  }
}
