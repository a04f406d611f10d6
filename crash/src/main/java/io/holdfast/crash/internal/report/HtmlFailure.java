package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashFailure;
import java.io.IOException;
import java.util.List;

/** The part of a page that tells of one failure. */
final class HtmlFailure {
  private static final int MOST_LOSSES = 100;

  private final Markup page;

  HtmlFailure(Markup page) {
    this.page = page;
  }

  /**
   * Writes a failure.
   *
   * @param number which one, 0 if it is the only one
   */
  void write(CrashFailure failure, int number) throws IOException {
    page.raw("<section>").element("h2", "", number == 0 ? "The failure" : "Failure " + number);
    int before = 0;
    for (CrashFailure.Crash crash : failure.crashes()) {
      boolean ofRun = before == 0 && failure.leftOut().isEmpty();
      crash(crash, before++, ofRun ? Jump.POSSIBLE : Jump.NO);
    }
    page.raw("<div class=\"panel\">").element("h3", "", "Then the check failed");
    page.raw("<pre class=\"failed\">").text(failure.cause().toString()).raw("</pre>");
    page.raw("<details><summary>Its stack</summary>")
        .stack(List.of(failure.cause().getStackTrace()))
        .raw("</details>");
    if (!failure.acknowledged().isEmpty()) {
      page.raw("<p>Acknowledged before the crash: ")
          .element("code", "", String.join(", ", failure.acknowledged()))
          .raw("</p>");
    }
    steps(failure);
    page.raw("</div><div class=\"panel\">")
        .element("h3", "", "See it again")
        .element(
            "p",
            "",
            "Run the test with this property, under a debugger if you like: it goes to this state"
                + " alone, and the check throws.")
        .raw("<div class=\"replay\">")
        .element("code", "", "-Dholdfast.crash.replay=" + failure.replay())
        .raw("<button type=\"button\" data-copy>Copy</button></div></div></section>\n");
  }

  private void steps(CrashFailure failure) throws IOException {
    if (failure.steps().isEmpty() && failure.leftOut().isEmpty()) {
      return;
    }
    page.raw("<p>Steps that it takes: ")
        .element("strong", "", String.join(", ", failure.steps()))
        .raw("</p>");
    if (!failure.leftOut().isEmpty()) {
      page.raw("<p class=\"dim\">")
          .text(
              "The events above are counted in a run without the other steps: "
                  + String.join(", ", failure.leftOut()))
          .raw("</p>");
    }
  }

  /** Whether an event is one of those in the timeline. */
  private enum Jump {
    POSSIBLE,
    NO
  }

  private void crash(CrashFailure.Crash crash, int before, Jump jump) throws IOException {
    page.raw("<div class=\"panel\"><h3>")
        .text(crash.kind() == CrashFailure.Kind.KILL ? "The process is killed" : "The power fails")
        .raw("</h3><p>after ")
        .element("span", "mono", crash.description())
        .raw("</p>");
    if (!crash.stack().isEmpty() && !crash.losses().isEmpty()) {
      page.element("p", "dim", "This came before what is lost was durable:");
    }
    page.stack(crash.stack());
    if (jump == Jump.POSSIBLE) {
      page.raw("<p><button type=\"button\" data-event=\"%d\">".formatted(crash.event()))
          .raw("Show it in the timeline</button></p>");
    }
    if (crash.losses().isEmpty()) {
      page.element(
          "p",
          "dim",
          crash.kind() == CrashFailure.Kind.KILL
              ? "What was visible is still there, but no more durable than before."
              : "Nothing was lost.");
    } else {
      page.element(
          "p",
          "dim",
          "Lost, of %,d things in doubt%s:"
              .formatted(crash.inDoubt(), before == 0 ? "" : " in this recovery"));
    }
    int shown = 0;
    for (CrashFailure.Loss loss : crash.losses()) {
      if (shown++ == MOST_LOSSES) {
        page.element("p", "dim", "and %,d more".formatted(crash.losses().size() - MOST_LOSSES));
        break;
      }
      loss(loss);
    }
    page.raw("</div>\n");
  }

  private void loss(CrashFailure.Loss loss) throws IOException {
    page.raw("<div class=\"loss\"><p><strong class=\"mono\">")
        .text(loss.what())
        .raw("</strong> <span class=\"dim\">")
        .text(
            "%s%s, by %s"
                .formatted(
                    loss.event(), loss.step().isEmpty() ? "" : ", " + loss.step(), loss.thread()))
        .raw("</span></p><p class=\"remedy\">")
        .text(loss.remedy())
        .raw("</p>");
    if (!loss.left().isEmpty()) {
      page.raw("<table class=\"bytes mono\"><tr><th>left by the crash</th><td>");
      bytes(loss.left(), loss.expected());
      meaning(loss.leftMeaning());
      page.raw("</td></tr><tr><th>visible before it</th><td>");
      bytes(loss.expected(), loss.left());
      meaning(loss.expectedMeaning());
      page.raw("</td></tr></table>");
    }
    page.raw("<div class=\"two\"><div><p class=\"dim\">Who did it</p>")
        .stack(loss.stored())
        .raw("</div>");
    if (!loss.missed().isEmpty()) {
      page.raw("<div><p class=\"dim\">What came closest to making it durable</p>")
          .stack(loss.missed())
          .raw("</div>");
    }
    page.raw("</div></div>");
  }

  /** Writes bytes, those that are not the same in {@code other} marked. */
  private void bytes(String bytes, String other) throws IOException {
    String[] all = bytes.split(" ", -1);
    String[] others = other.split(" ", -1);
    for (int i = 0; i < all.length; i++) {
      boolean same = i < others.length && all[i].equals(others[i]);
      page.raw(i == 0 ? "" : " ");
      if (same) {
        page.text(all[i]);
      } else {
        page.element("mark", "", all[i]);
      }
    }
  }

  private void meaning(String meaning) throws IOException {
    if (!meaning.isEmpty()) {
      page.raw("<br><strong>").text(meaning).raw("</strong>");
    }
  }
}
