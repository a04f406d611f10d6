package io.holdfast.crash;

/**
 * Something about a run that looks like a mistake, though no crash may have shown it.
 *
 * @param kind what kind of mistake
 * @param count how many stores, lines or pages it concerns
 * @param first the first of them: file, offset, event, thread
 * @param where where the program did it, innermost call first, one per line
 */
public record Finding(Kind kind, long count, String first, String where) {

  /** What kind of mistake. */
  public enum Kind {
    /**
     * Bytes that nothing had made durable by the time they were promised to be, or at the end of
     * the run.
     */
    NOT_DURABLE("promised durable, but not"),
    /**
     * Flushes of lines, or at page granularity pages, to which nothing had been stored since the
     * last flush.
     */
    CLEAN_FLUSH("flushed without need"),
    /** Lines flushed again before the thread's next fence. */
    FLUSHED_TWICE("flushed again before a fence"),
    /** Stores by a thread that had no transaction running, in a run that has any. */
    OUTSIDE_TRANSACTION("stored outside a transaction");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** {@return the finding, in words} */
  @Override
  public String toString() {
    return "%s: %s%s%s"
        .formatted(
            kind.words,
            first,
            count > 1 ? " and %d more".formatted(count - 1) : "",
            where.isEmpty() ? "" : "\n    at " + where.replace("\n", "\n    at "));
  }
}
