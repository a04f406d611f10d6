package io.holdfast.crash.internal.report;

import io.holdfast.crash.Finding;
import io.holdfast.crash.StateDecoder;
import java.util.List;
import java.util.function.Predicate;

/**
 * What an exploration is to tell, and how.
 *
 * @param name what it is called, empty for nothing
 * @param toleratedOverwrites how many events may lie between two stores to the same bytes of which
 *     the first was not durable, or {@link #OVERWRITES_IGNORED}
 * @param rules which findings are none
 * @param decoders what bytes mean
 */
public record Reporting(
    String name, int toleratedOverwrites, List<Rule> rules, List<Decoder> decoders) {
  public static final int OVERWRITES_IGNORED = -1;

  /** Why some findings are none. */
  public record Rule(
      Finding.Kind kind, String where, Predicate<Finding> condition, String reason) {}

  /** What the bytes of a file mean, by the file's name as the medium has it. */
  public record Decoder(String file, StateDecoder decoder) {}

  public Reporting {
    rules = List.copyOf(rules);
    decoders = List.copyOf(decoders);
  }
}
