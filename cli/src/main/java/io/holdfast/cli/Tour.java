package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.crash.CrashReport;
import io.holdfast.crash.OutcomeGroup;
import io.holdfast.examples.CrashCases;
import io.holdfast.examples.Words;
import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemCapabilities;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tour's chapters; each shows a promise, checks it, and throws if it does not hold. */
final class Tour {
  /** How long the text is that is counted: long enough to be interrupted on any machine. */
  static final long TEXT_BYTES = 16 << 20;

  private static final int ATTEMPTS = 4;
  private static final long PROBE_BYTES = 4096;
  private static final int CRASH_STATES = 3000;
  private static final Duration WARM_UP = Duration.ofMillis(700);
  private static final Duration MEASURED = Duration.ofMillis(700);
  private static final int KILLED = 128 + 9;
  private static final Pattern REPORT = Pattern.compile(".*: (\\d+) bytes, (\\d+) words");

  private final Console console;
  private final Path folder;
  private final long textBytes;

  /**
   * Prepares a tour.
   *
   * @param console where it is told
   * @param folder an empty folder, which the tour fills
   * @param textBytes how long the text is that is counted
   */
  Tour(Console console, Path folder, long textBytes) {
    this.console = console;
    this.folder = folder;
    this.textBytes = textBytes;
  }

  /** A promise did not hold. */
  static final class BrokenPromiseException extends Exception {
    private static final long serialVersionUID = 1;

    BrokenPromiseException(String message) {
      super(message);
    }
  }

  void run() throws IOException, InterruptedException, BrokenPromiseException {
    say(
        """
        A program's data are gone when it is killed or the power fails, unless it has
        saved them; and if that happens while it saves them, what is left may be worth
        nothing. Holdfast keeps data in memory that is there again afterwards, and
        changes it in transactions: wholly, or not at all. Don't believe it; watch.

        All files are in %s
        and are removed in the end.
        """
            .formatted(folder));
    machine();
    kill();
    powerFailures();
    speed();
    say(
        """
        Everything held. To go on:
          holdfast words my.heap SOME.txt   count words of your own; press ^C, go on
          holdfast crash basic              a program that takes no care, and power fails
          holdfast --help                   the rest
        """);
  }

  private void machine() throws IOException {
    Granularity granularity = granularity();
    PmemCapabilities machine = PmemCapabilities.ofThisMachine();
    say(
        """
        1. This machine

           %s
           %s
        """
            .formatted(
                switch (granularity) {
                  case BYTE ->
                      "Granularity BYTE: memory that keeps what it holds, caches included.";
                  case CACHE_LINE ->
                      "Granularity CACHE_LINE: memory that keeps what has left the caches.";
                  case PAGE ->
                      """
                      Granularity PAGE: an ordinary file system. To keep something there takes
                         a call of the kernel, so it is slower; what is promised is the same.""";
                },
                machine.flushInstruction().isPresent()
                    ? """
                      The processor can write a line of its cache back to memory (by %s)
                         and store %d bytes at once past its caches."""
                        .formatted(machine.flushInstruction().get(), machine.vectorBytes())
                    : "Cache lines cannot be flushed: " + machine.problem().orElse("")));
  }

  /** What a mapping of a file in the folder offers. */
  private Granularity granularity() {
    Medium medium = Medium.system();
    Path probe = folder.resolve("probe");
    try (PmemFile file = medium.create(probe)) {
      file.allocate(0, PROBE_BYTES);
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemMap map = medium.map(PmemSource.of(file), config)) {
        return map.granularity();
      }
    }
  }

  private void kill() throws IOException, InterruptedException, BrokenPromiseException {
    say("2. A program is killed, its data are not\n");
    Path text = folder.resolve("documents.txt");
    Path pool = folder.resolve("words.heap");
    long killedAt = -1;
    for (int attempt = 0; killedAt < 0; attempt++) {
      if (attempt == ATTEMPTS) {
        throw new BrokenPromiseException(
            "the child process finished before it could be killed, %d times".formatted(ATTEMPTS));
      }
      Files.deleteIfExists(pool);
      int times = TourText.write(text, textBytes << attempt);
      say(
          """
             The text: this project's own documents, %,d times over, %,d bytes.
             A second process counts its words in a persistent heap, and keeps with them,
             in the same transactions, how far it is.
          """
              .formatted(times, Files.size(text)));
      killedAt = countAndKill(pool, text);
    }
    say(
        """
           When it has come to byte %,d it is killed (SIGKILL: no warning, no last
           words).
        """
            .formatted(killedAt));
    goOn(pool, text, killedAt);
  }

  /**
   * Counts in a child process and kills that on the way; {@return the last position it reported, -1
   * if it finished}
   */
  private long countAndKill(Path pool, Path text)
      throws IOException, InterruptedException, BrokenPromiseException {
    long size = Files.size(text);
    Process child =
        ChildJvm.of("words", "--report", pool.toString(), text.toString())
            .redirectInput(new File("/dev/null"))
            .start();
    try (ShutdownHook _ = new ShutdownHook(child::destroyForcibly);
        BufferedReader reports = child.inputReader(UTF_8);
        ProgressBar bar = new ProgressBar(console, "counting", size, "words")) {
      long position = 0;
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        Matcher report = REPORT.matcher(line);
        if (report.matches()) {
          position = Long.parseLong(report.group(1));
          bar.update(position, Long.parseLong(report.group(2)));
          if (position > size * 2 / 5) {
            child.destroyForcibly();
            break;
          }
        }
      }
      int code = child.waitFor();
      if (code != 0 && code != KILLED) {
        throw new BrokenPromiseException("the child process failed with exit code " + code);
      }
      return code == KILLED ? position : -1;
    } finally {
      child.destroyForcibly();
    }
  }

  private void goOn(Path pool, Path text, long killedAt)
      throws IOException, BrokenPromiseException {
    Map<String, Long> kept = new TreeMap<>();
    try (Words words = Words.openExisting(pool)) {
      Words.Input input = words.inputs().getFirst();
      if (input.position() < killedAt) {
        throw new BrokenPromiseException(
            "%d bytes were counted durably, the heap knows of %d"
                .formatted(killedAt, input.position()));
      }
      say(
          """
             The heap is opened again. It holds %,d words, those of the first
             %,d bytes; nothing was lost. Counting goes on from there ...
          """
              .formatted(words.total(), input.position()));
      try (ProgressBar bar = new ProgressBar(console, "counting", input.size(), "words")) {
        words.count(text, bar::update);
      }
      words.walk((word, count) -> kept.put(new String(word, UTF_8), count));
    }
    Map<String, Long> plain = TourText.count(text);
    if (!kept.equals(plain)) {
      throw new BrokenPromiseException(
          "the heap holds other counts than a count in ordinary memory gives");
    }
    say(
        """
           Now it holds %,d words, %,d different ones. Counted once more, in one go
           and in ordinary memory, the text has exactly these words, each as often.
        """
            .formatted(plain.values().stream().mapToLong(Long::longValue).sum(), plain.size()));
  }

  private void powerFailures() throws IOException, BrokenPromiseException {
    say("3. The power fails at every moment\n");
    List<String> words = List.of("red", "green", "blue");
    CrashReport report =
        ExploringCommand.explore(
            console, CrashCases.tree(Granularity.CACHE_LINE, words).statesAtMost(CRASH_STATES));
    if (!report.failures().isEmpty()) {
      say(report.failures().getFirst().toString());
      throw new BrokenPromiseException("a power failure left a tree that is not as it must be");
    }
    say(
        """
           That was one moment. Now the words "%s" go into a tree on a
           simulated memory, and after each of the %,d things this does to the memory
           the power fails: what is still in the caches arrives in part, or not at all.
           That leaves %,d different contents, and %,d more where the power fails
           again during the repair. Each was opened, and each held the first words,
           wholly, and all that were promised to be kept:
        """
            .formatted(
                String.join(" ", words),
                report.events(),
                report.states(),
                report.recoveryStates()));
    for (OutcomeGroup group : report.outcomes()) {
      say(
          "     after step %-9s %s"
              .formatted(
                  group.firstEvent() == group.lastEvent()
                      ? group.firstEvent() + ":"
                      : group.firstEvent() + " to " + group.lastEvent() + ":",
                  String.join("  |  ", group.states().keySet())));
    }
    say("");
  }

  private void speed() throws IOException {
    say("4. What it costs\n");
    try (Heap heap = Heap.create(folder.resolve("speed.heap"))) {
      long counter =
          heap.transact(
              () -> {
                Tx tx = heap.tx();
                long address = tx.allocate(8, 1);
                tx.putRoot(heap.reference(address));
                return address;
              });
      Runnable increment =
          () -> heap.transact(() -> heap.tx().putLong(counter, heap.getLong(counter) + 1));
      medianMicros(WARM_UP, increment);
      double micros = medianMicros(MEASURED, increment);
      say(
          """
             A transaction that adds 1 to a number and is durable when it returns: %s
             (median, one thread; holdfast bench measures more).
          """
              .formatted(micros < 10 ? "%.2f µs".formatted(micros) : "%,.0f µs".formatted(micros)));
    }
  }

  /** The median time of one call, measured in groups of ten. */
  private static double medianMicros(Duration limit, Runnable call) {
    long[] nanos = new long[1 << 20];
    int groups = 0;
    long begin = System.nanoTime();
    for (long now = begin; groups < nanos.length && now - begin < limit.toNanos(); groups++) {
      for (int i = 0; i < 10; i++) {
        call.run();
      }
      long end = System.nanoTime();
      nanos[groups] = end - now;
      now = end;
    }
    Arrays.sort(nanos, 0, groups);
    return nanos[groups / 2] / 10.0 / 1e3;
  }

  private void say(String text) throws IOException {
    console.println(text);
    console.flush();
  }
}
