package io.holdfast.crash;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Something about a run that looks like a mistake, though no crash may have shown it. Immutable.
 *
 * @param kind what kind of mistake
 * @param count how many stores, lines or pages it concerns
 * @param first the first of them: file, offset, event, thread
 * @param stack where the program did it, innermost call first
 * @param related what it has to do with, as the flush that no fence followed; empty if nothing
 * @param relatedStack where the program did that, innermost call first
 * @param remedy what to do about it
 */
public record Finding(
    Kind kind,
    long count,
    String first,
    List<StackTraceElement> stack,
    String related,
    List<StackTraceElement> relatedStack,
    String remedy) {

  /** What kind of mistake. */
  public enum Kind {
    /**
     * Stores whose lines, or at page granularity pages, nothing had flushed by the time they were
     * promised durable, or at the end of the run.
     */
    NOT_FLUSHED("not flushed"),
    /**
     * Stores that were flushed, or stored past the caches, but not fenced by the same thread by the
     * time they were promised durable, or at the end of the run.
     */
    NOT_FENCED("flushed but not fenced"),
    /**
     * File writes, sizes and names of files that no sync of the file or its folder had covered by
     * the time they were promised durable, or at the end of the run.
     */
    NOT_SYNCED("not synced"),
    /**
     * Flushes of lines, or at page granularity pages, to which nothing had been stored since the
     * last flush.
     */
    CLEAN_FLUSH("flushed without need"),
    /** Lines flushed again before the thread's next fence. */
    FLUSHED_TWICE("flushed again before a fence"),
    /**
     * Stores to bytes that an earlier store had not made durable yet; only if {@linkplain
     * CrashExploration#reportOverwrites asked for}.
     */
    OVERWRITTEN("overwritten before durable"),
    /** Stores by a thread that had no transaction running, in a run that has any. */
    OUTSIDE_TRANSACTION("stored outside a transaction"),
    /** Stores that did not go through the mapping's own methods, but through a kept segment. */
    UNTRACKED_STORE("stored where nothing tracks it");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** {@return the kind in words, as reports name it} */
    public String words() {
      return words;
    }
  }

  /** Makes the lists unmodifiable. */
  public Finding {
    stack = List.copyOf(stack);
    relatedStack = List.copyOf(relatedStack);
  }

  /** {@return where the program did it, innermost call first, one per line} */
  public String where() {
    return stack.stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
  }

  /** {@return the finding, in words} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(kind.words).append(": ").append(first);
    if (count > 1) {
      text.append(" and %d more".formatted(count - 1));
    }
    frames(text, stack);
    if (!related.isEmpty()) {
      text.append("\n  ").append(related);
      frames(text, relatedStack);
    }
    return text.append(remedy.isEmpty() ? "" : "\n  " + remedy).toString();
  }

  private static void frames(StringBuilder text, List<StackTraceElement> stack) {
    stack.forEach(frame -> text.append("\n    at ").append(frame));
  }
}
