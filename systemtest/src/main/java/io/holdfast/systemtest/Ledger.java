package io.holdfast.systemtest;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tellers have reported durable, and whether it is found again. A count found may be one more
 * than the last reported: that transfer was durable, its report on its way. Not for several
 * threads.
 */
final class Ledger {
  private static final Pattern ENTRY = Pattern.compile("(\\d) (\\d+)");

  private final long[] reported;
  private long reports;
  private long checks;

  Ledger(int tellers) {
    this.reported = new long[tellers];
  }

  /** Notes a report; one that a message of the kernel's breaks up is none. */
  void reported(String text) {
    Matcher entry = ENTRY.matcher(text);
    if (entry.matches()) {
      int teller = Integer.parseInt(entry.group(1));
      reported[teller] = Math.max(reported[teller], Long.parseLong(entry.group(2)));
      reports++;
    }
  }

  /** Compares a count after recovery; {@return what is wrong with it} */
  Optional<String> found(String text) {
    Matcher entry = ENTRY.matcher(text);
    if (!entry.matches()) {
      return Optional.of("a count that is none: " + text);
    }
    int teller = Integer.parseInt(entry.group(1));
    long count = Long.parseLong(entry.group(2));
    long least = reported[teller];
    checks++;
    if (count < least || count > least + 1) {
      return Optional.of(
          "teller %d has made %d transfers, and had reported %d".formatted(teller, count, least));
    }
    reported[teller] = count;
    return Optional.empty();
  }

  /** {@return how many reports were noted} */
  long reports() {
    return reports;
  }

  /** {@return how many counts were compared} */
  long checks() {
    return checks;
  }

  @Override
  public String toString() {
    return "%d counts compared, transfers of the tellers %s"
        .formatted(checks, Arrays.toString(reported));
  }
}
