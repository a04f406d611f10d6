package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.ExploredEvent;
import io.holdfast.crash.OutcomeGroup;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * The events of a run for the script of a page: a column of numbers for each thing that is said of
 * them, and what the numbers stand for. 100,000 events take a few megabytes.
 */
final class TimelineData {
  private final Json json;
  private final Numbering<String> kinds = new Numbering<>();
  private final Numbering<String> texts = new Numbering<>();
  private final Numbering<String> files = new Numbering<>();
  private final Numbering<String> threads = new Numbering<>();
  private final Numbering<String> steps = new Numbering<>();
  private final Numbering<List<StackTraceElement>> stacks = new Numbering<>();
  private final Numbering<SortedMap<String, Long>> sets = new Numbering<>();
  private final Numbering<String> outcomes = new Numbering<>();
  private final List<Long> states = new ArrayList<>();

  private TimelineData(Writer out) {
    json = new Json(out);
  }

  static void write(CrashReport report, Writer out) throws IOException {
    new TimelineData(out).write(report);
  }

  private void write(CrashReport report) throws IOException {
    StringBuilder[] columns = new StringBuilder[7];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = new StringBuilder();
    }
    for (ExploredEvent event : report.timeline()) {
      put(columns[0], kinds.of(event.kind().name().toLowerCase(Locale.ROOT)));
      put(columns[1], texts.of(event.description()));
      put(columns[2], files.of(event.file()));
      put(columns[3], threads.of(event.thread()));
      put(columns[4], stacks.of(event.stack()));
      put(columns[5], steps.of(event.step()));
      put(columns[6], sets.of(event.states()));
    }
    json.beginObject();
    String[] names = {"kind", "text", "file", "thread", "stack", "step", "set"};
    for (int i = 0; i < columns.length; i++) {
      json.name(names[i]).value(columns[i].toString());
    }
    json.strings("kinds", kinds.all());
    json.strings("texts", texts.all());
    json.strings("files", files.all());
    json.strings("threads", threads.all());
    json.strings("steps", steps.all());
    json.name("stacks").beginArray();
    for (List<StackTraceElement> stack : stacks.all()) {
      json.beginArray();
      for (StackTraceElement frame : stack) {
        json.value(frame.toString());
      }
      json.endArray();
    }
    json.endArray();
    sets();
    json.strings("outcomes", outcomes.all());
    ranks();
    json.name("failed").value(OutcomeGroup.FAILED);
    json.name("crashes").beginArray();
    for (CrashFailure failure : report.failures()) {
      if (failure.leftOut().isEmpty()) { // otherwise they are crashes of another run
        json.value(failure.crashes().getFirst().event());
      }
    }
    json.endArray().endObject();
  }

  private static void put(StringBuilder column, int number) {
    column.append(column.isEmpty() ? "" : " ").append(number);
  }

  private void sets() throws IOException {
    json.name("sets").beginArray();
    for (SortedMap<String, Long> set : sets.all()) {
      json.beginArray();
      for (Map.Entry<String, Long> entry : set.entrySet()) {
        int outcome = outcomes.of(entry.getKey());
        if (outcome == states.size()) {
          states.add(0L);
        }
        states.set(outcome, states.get(outcome) + entry.getValue());
        json.beginArray().value(outcome).value(entry.getValue()).endArray();
      }
      json.endArray();
    }
    json.endArray();
  }

  /** Which outcome has the most states, which the second most: these get colours of their own. */
  private void ranks() throws IOException {
    List<String> names = outcomes.all();
    List<Integer> byStates = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      byStates.add(i);
    }
    byStates.removeIf(outcome -> names.get(outcome).equals(OutcomeGroup.FAILED));
    byStates.sort(Comparator.comparingLong((Integer outcome) -> -states.get(outcome)));
    long[] ranks = new long[names.size()];
    for (int rank = 0; rank < byStates.size(); rank++) {
      ranks[byStates.get(rank)] = rank;
    }
    json.name("rank").beginArray();
    for (long rank : ranks) {
      json.value(rank);
    }
    json.endArray();
  }
}
