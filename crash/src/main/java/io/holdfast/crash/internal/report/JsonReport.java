package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.ExploredEvent;
import io.holdfast.crash.Finding;
import io.holdfast.crash.OutcomeGroup;
import io.holdfast.crash.Suppression;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** A report for programs. What it promises is documented with {@link CrashReport#writeJson}. */
public final class JsonReport {
  private static final String FORMAT = "holdfast-crash-report/1";

  private final Json json;
  private final Numbering<List<StackTraceElement>> stacks = new Numbering<>();

  private JsonReport(Writer out) {
    json = new Json(out);
  }

  public static void write(CrashReport report, Writer out) throws IOException {
    new JsonReport(out).write(report);
    out.write('\n');
  }

  private void write(CrashReport report) throws IOException {
    json.beginObject();
    json.name("format").value(FORMAT);
    json.name("name").value(report.name());
    json.name("consistent").value(Json.Truth.of(report.failures()));
    json.name("granularity").value(report.granularity().name());
    json.name("seed").value(report.seed());
    json.name("events").value(report.events());
    json.name("states").value(report.states());
    json.name("recoveryStates").value(report.recoveryStates());
    json.name("coverage").value(report.coverage().name());
    json.name("recoveryCoverage").value(report.recoveryCoverage().name());
    json.name("existingStates").value(report.existingStates());
    json.name("existingRecoveryStates").value(report.existingRecoveryStates());
    json.name("forgottenStates").value(report.forgottenStates());
    json.name("coverageInWords").value(report.coverageInWords());
    CrashReport.Schedules schedules = report.schedules();
    json.name("schedules").beginObject();
    json.name("explored").value(schedules.explored());
    json.name("known").value(schedules.known());
    json.name("preemptionsAtMost").value(schedules.preemptionsAtMost());
    json.name("diverged").value(schedules.diverged());
    json.name("difference").value(schedules.difference());
    json.endObject();
    json.name("outcomes").beginArray();
    for (OutcomeGroup group : report.outcomes()) {
      json.beginObject();
      json.name("firstEvent").value(group.firstEvent());
      json.name("lastEvent").value(group.lastEvent());
      states(group.states());
      json.endObject();
    }
    json.endArray();
    json.name("failures").beginArray();
    for (CrashFailure failure : report.failures()) {
      failure(failure);
    }
    json.endArray();
    json.name("diagnosis").beginArray();
    for (Finding finding : report.diagnosis()) {
      finding(finding);
    }
    json.endArray();
    json.name("suppressions").beginArray();
    for (Suppression suppression : report.suppressions()) {
      json.beginObject();
      json.name("kind").value(suppression.kind().name());
      json.name("where").value(suppression.where());
      json.name("reason").value(suppression.reason());
      json.name("findings").beginArray();
      for (Finding finding : suppression.findings()) {
        finding(finding);
      }
      json.endArray().endObject();
    }
    json.endArray();
    timeline(report.timeline());
    json.endObject();
  }

  private void failure(CrashFailure failure) throws IOException {
    json.beginObject();
    json.name("crashes").beginArray();
    for (CrashFailure.Crash crash : failure.crashes()) {
      json.beginObject();
      json.name("kind").value(crash.kind().name());
      json.name("event").value(crash.event());
      json.name("description").value(crash.description());
      json.strings("stack", crash.stack());
      json.name("inDoubt").value(crash.inDoubt());
      json.name("losses").beginArray();
      for (CrashFailure.Loss loss : crash.losses()) {
        loss(loss);
      }
      json.endArray().endObject();
    }
    json.endArray();
    json.strings("acknowledged", failure.acknowledged());
    json.strings("steps", failure.steps());
    json.strings("leftOut", failure.leftOut());
    json.name("cause").beginObject();
    json.name("type").value(failure.cause().getClass().getName());
    json.name("message").value(String.valueOf(failure.cause().getMessage()));
    json.strings("stack", List.of(failure.cause().getStackTrace()));
    json.endObject();
    json.name("replay").value(failure.replay());
    json.name("report").value(failure.report());
    json.endObject();
  }

  private void loss(CrashFailure.Loss loss) throws IOException {
    json.beginObject();
    json.name("file").value(loss.file());
    json.name("position").value(loss.position());
    json.name("length").value(loss.length());
    json.name("what").value(loss.what());
    json.name("event").value(loss.event());
    json.name("step").value(loss.step());
    json.name("thread").value(loss.thread());
    json.strings("stored", loss.stored());
    json.name("left").value(loss.left());
    json.name("expected").value(loss.expected());
    json.name("leftMeaning").value(loss.leftMeaning());
    json.name("expectedMeaning").value(loss.expectedMeaning());
    json.name("remedy").value(loss.remedy());
    json.strings("missed", loss.missed());
    json.endObject();
  }

  private void finding(Finding finding) throws IOException {
    json.beginObject();
    json.name("kind").value(finding.kind().name());
    json.name("count").value(finding.count());
    json.name("first").value(finding.first());
    json.strings("stack", finding.stack());
    json.name("related").value(finding.related());
    json.strings("relatedStack", finding.relatedStack());
    json.name("remedy").value(finding.remedy());
    json.endObject();
  }

  /** A stack is a number here: that of its place in the list that follows. */
  private void timeline(List<ExploredEvent> timeline) throws IOException {
    json.name("timeline").beginArray();
    for (ExploredEvent event : timeline) {
      json.beginObject();
      json.name("number").value(event.number());
      json.name("kind").value(event.kind().name());
      json.name("description").value(event.description());
      json.name("file").value(event.file());
      json.name("thread").value(event.thread());
      json.name("stack").value(stacks.of(event.stack()));
      json.name("step").value(event.step());
      states(event.states());
      json.endObject();
    }
    json.endArray();
    json.name("stacks").beginArray();
    for (List<StackTraceElement> stack : stacks.all()) {
      json.beginArray();
      for (StackTraceElement frame : stack) {
        json.value(frame.toString());
      }
      json.endArray();
    }
    json.endArray();
  }

  private void states(SortedMap<String, Long> states) throws IOException {
    json.name("states").beginObject();
    for (Map.Entry<String, Long> entry : states.entrySet()) {
      json.name(entry.getKey()).value(entry.getValue());
    }
    json.endObject();
  }
}
