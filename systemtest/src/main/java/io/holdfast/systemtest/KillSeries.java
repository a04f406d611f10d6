package io.holdfast.systemtest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/**
 * The crash of the whole machine, again and again: tellers work in a heap's bank until the emulator
 * is killed, and the next boot recovers the heap, checks it and goes on. Nothing that was reported
 * durable may be missing, and nothing may be there by half.
 */
final class KillSeries {
  /** As many tellers as the guest's bank has. */
  private static final int TELLERS = 4;

  private static final int OPENING_MILLIS = 2000;
  private static final int WORKING_REPORTS = 500;
  private static final int MOMENT_MILLIS = 100;

  private final Machine machine;
  private final String fileSystem;
  private final Path logs;
  private final Judge judge;
  private final Random random;
  private final Ledger ledger = new Ledger(TELLERS);
  private boolean sound = true;

  KillSeries(Machine machine, String fileSystem, Path logs, Judge judge, long seed) {
    this.machine = machine;
    this.fileSystem = fileSystem;
    this.logs = logs;
    this.judge = judge;
    this.random = new Random(seed);
  }

  /** Kills so many times, boots once more, and judges. */
  void run(int kills) throws IOException, InterruptedException {
    Machine.createNvdimm(machine.nvdimm(), 448);
    int formatted = 0;
    for (int kill = 1; kill <= kills; kill++) {
      formatted += killed(kill);
    }
    String title = "after %d kills of the machine, %s".formatted(kills, fileSystem);
    try (Boot boot =
        new Boot(machine, "count," + fileSystem, logs.resolve(fileSystem + "-count"))) {
      List<Boot.Message> messages = boot.readToEnd();
      List<String> troubles = new ArrayList<>(boot.troubles());
      troubles.addAll(read(messages));
      if (ledger.checks() == 0 || ledger.reports() == 0) {
        troubles.add(
            "%d counts of %d reports compared".formatted(ledger.checks(), ledger.reports()));
      }
      if (formatted != 1 || has(messages, "FORMATTED")) {
        troubles.add("the file system was made more than once");
      }
      judge.judge(
          title, messages, troubles, expected(messages, "recovered"), boot.log().toString());
    }
    if (sound) {
      judge.pass(
          "%s: %d durable transfers reported, none lost; %s"
              .formatted(fileSystem, ledger.reports(), ledger));
    }
  }

  /** Holds when a teller has reported so often. */
  private static final class Countdown implements Predicate<Boot.Message> {
    private int left;

    Countdown(int reports) {
      this.left = reports;
    }

    @Override
    public boolean test(Boot.Message message) {
      if (message.word().equals("T")) {
        left--;
      }
      return left <= 0;
    }
  }

  /** One boot that ends in a kill; {@return how often the file system was made} */
  private int killed(int kill) throws IOException, InterruptedException {
    // the first must get as far as having something to lose
    boolean opening = kill > 1 && random.nextInt(4) == 0;
    int delay = 1 + random.nextInt(opening ? OPENING_MILLIS : WORKING_REPORTS);
    String step = "tellers,%s,%d".formatted(fileSystem, random.nextLong());
    Path log = logs.resolve("%s-kill-%02d".formatted(fileSystem, kill));
    try (Boot boot = new Boot(machine, step, log)) {
      List<String> troubles = new ArrayList<>();
      if (!boot.readUntil(message -> message.word().equals(opening ? "OPENING" : "OPENED"))) {
        troubles.add("the guest never came so far");
      } else if (opening) {
        boot.killAfter(Duration.ofMillis(delay));
      } else if (boot.readUntil(new Countdown(delay))) {
        // not just after a report: anywhere in what the tellers do next
        boot.killAfter(Duration.ofMillis(random.nextInt(MOMENT_MILLIS)));
      } else {
        troubles.add("the tellers did not go on until killed");
      }
      List<Boot.Message> messages = boot.readToEnd();
      troubles.addAll(boot.troubles());
      long before = ledger.reports();
      troubles.addAll(read(messages));
      String title =
          "kill %d, %s: %d %s, %.0f s after power-on"
              .formatted(
                  kill,
                  fileSystem,
                  delay,
                  opening ? "ms after opening began" : "reports after opening ended",
                  boot.seconds());
      judge.judge(
          title,
          messages,
          troubles,
          expected(messages, kill == 1 ? "created" : "recovered"),
          boot.log().toString());
      judge.say("        %d transfers reported durable".formatted(ledger.reports() - before));
      return has(messages, "FORMATTED") ? 1 : 0;
    }
  }

  /**
   * {@return what the guest must have said of its heap: everything, or, if it was killed before the
   * heap was open, what it had come to}
   *
   * @param opening how the heap came to be open
   */
  static List<Expectation> expected(List<Boot.Message> messages, String opening) {
    List<Expectation> all =
        List.of(
            Expectation.of("bank", Expectation.BANK),
            Expectation.of("heap", "^" + opening + ", CACHE_LINE, \\d+ bytes$"));
    return has(messages, "OPENED")
        ? all
        : all.stream().filter(one -> isReported(one.name(), messages)).toList();
  }

  private static boolean isReported(String name, List<Boot.Message> messages) {
    return messages.stream()
        .anyMatch(
            message -> message.word().equals("PASS") && message.text().startsWith(name + ":"));
  }

  /** {@return what is wrong with the counts after recovery} */
  private List<String> read(List<Boot.Message> messages) {
    List<String> troubles = new ArrayList<>();
    for (Boot.Message message : messages) {
      switch (message.word()) {
        case "COUNT" -> {
          Optional<String> wrong = ledger.found(message.text());
          wrong.ifPresent(troubles::add);
          sound &= wrong.isEmpty();
        }
        case "T" -> ledger.reported(message.text());
        default -> {}
      }
    }
    return troubles;
  }

  private static boolean has(List<Boot.Message> messages, String word) {
    return messages.stream().anyMatch(message -> message.word().equals(word));
  }
}
