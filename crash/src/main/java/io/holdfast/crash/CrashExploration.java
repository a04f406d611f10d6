package io.holdfast.crash;

import io.holdfast.crash.internal.explore.Explorer;
import io.holdfast.crash.internal.explore.Replay;
import io.holdfast.crash.internal.explore.Settings;
import io.holdfast.crash.internal.report.LayoutDecoder;
import io.holdfast.crash.internal.report.ReplayLine;
import io.holdfast.crash.internal.report.Reporting;
import io.holdfast.crash.internal.schedule.ScheduleBounds;
import io.holdfast.crash.internal.schedule.Scheduler;
import io.holdfast.pmem.Granularity;
import java.lang.foreign.MemoryLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Crashes a program after each thing it does to its medium, in each way the medium may be left, and
 * asks a check whether that is acceptable.
 *
 * <p>The program is run once, recorded; one whose threads run {@linkplain RunLog#together together}
 * once for each way in which they may take turns. What the medium may then hold after each event,
 * and what makes a store certain, is told in the package documentation, which also has an example.
 * State spaces up to {@link #exhaustiveUpTo} are checked whole, larger ones by random samples that
 * are the same for the same {@link #seed}. Not for use by several threads; the program itself may
 * have any number.
 */
public final class CrashExploration {
  /** What a remembered state takes at most. */
  private static final int BYTES_PER_STATE = 40;

  private final Granularity granularity;
  private Workload preparation = (_, _) -> {};
  private Workload workload = (_, _) -> {};
  private Check check = (_, _) -> "opened";
  private Engine engine = Engine.FULL;
  private final Map<String, Engine> regionEngines = new HashMap<>();
  private long exhaustiveUpTo = 4096;
  private int samples = 64;
  private int recoverySamples = 32;
  private int crashesInRecovery = 1;
  private Settings.Kills kills = Settings.Kills.EXPLORED;
  private long seed = Long.getLong("holdfast.crash.seed", 1);
  private long maxStates = Long.MAX_VALUE;
  private int maxFailures = 1;
  private long rememberedStates = Runtime.getRuntime().maxMemory() / 3 / BYTES_PER_STATE;
  private ScheduleBounds bounds = ScheduleBounds.DEFAULT;
  private Consumer<Progress> progress = _ -> {};
  private FileSystemModel fileSystem = FileSystemModel.POSIX;
  private Consumer<CrashReport> listener = _ -> {};

  private String name = "";
  private int toleratedOverwrites = Reporting.OVERWRITES_IGNORED;
  private final List<Reporting.Rule> rules = new ArrayList<>();
  private final List<Reporting.Decoder> decoders = new ArrayList<>();

  private CrashExploration(Granularity granularity) {
    this.granularity = granularity;
  }

  /**
   * Begins the description of an exploration.
   *
   * @param granularity the granularity of the simulated medium
   * @return an exploration of nothing
   */
  public static CrashExploration of(Granularity granularity) {
    return new CrashExploration(granularity);
  }

  /**
   * Sets what makes the medium that the run starts from: all it leaves is durable, and it is not
   * crashed.
   *
   * @param value the preparation; by default the medium is empty
   * @return this
   */
  public CrashExploration prepare(Workload value) {
    preparation = value;
    return this;
  }

  /**
   * Sets the program that is crashed.
   *
   * @param value the program
   * @return this
   */
  public CrashExploration run(Workload value) {
    workload = value;
    return this;
  }

  /**
   * Sets what judges the crashed medium.
   *
   * @param value the check
   * @return this
   */
  public CrashExploration check(Check value) {
    check = value;
    return this;
  }

  /**
   * Sets what judges the crashed medium, where all that it accepts is one outcome, "consistent".
   *
   * @param value the check; it is accepted what it returns from without an exception
   * @return this
   */
  public CrashExploration verify(Workload value) {
    check =
        (medium, log) -> {
          value.run(medium, log);
          return "consistent";
        };
    return this;
  }

  /**
   * Sets which of the states that a power failure may leave are checked.
   *
   * @param value the engine; {@link Engine#FULL} by default
   * @return this
   */
  public CrashExploration engine(Engine value) {
    engine = value;
    return this;
  }

  /**
   * Sets which of the states are checked that a power failure may leave in a {@linkplain
   * RunLog#beginRegion region} of the run, or of a check's run.
   *
   * @param region the region's name
   * @param value the engine there
   * @return this
   */
  public CrashExploration engine(String region, Engine value) {
    regionEngines.put(region, value);
    return this;
  }

  /**
   * Sets up to which size the states after one event are all checked.
   *
   * @param states the size; 4096 by default
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public CrashExploration exhaustiveUpTo(long states) {
    checkAtLeast(0, states, "exhaustiveUpTo");
    exhaustiveUpTo = states;
    return this;
  }

  /**
   * Sets how many random states are checked after an event that has more than {@link
   * #exhaustiveUpTo}, besides: nothing lost, everything lost, and up to this many with one thing
   * lost and with one thing arrived.
   *
   * @param states how many; 64 by default
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public CrashExploration samples(int states) {
    checkAtLeast(0, states, "samples");
    samples = states;
    return this;
  }

  /**
   * Sets how many states are checked, about, after each event of a recovery.
   *
   * @param states how many; 32 by default
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public CrashExploration samplesInRecovery(int states) {
    checkAtLeast(0, states, "samplesInRecovery");
    recoverySamples = states;
    return this;
  }

  /**
   * Sets how often in a row the check itself is crashed.
   *
   * @param depth how often; 1 by default, 0 for not at all, which also leaves out killed processes
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public CrashExploration crashesInRecovery(int depth) {
    checkAtLeast(0, depth, "crashesInRecovery");
    crashesInRecovery = depth;
    return this;
  }

  /**
   * Leaves out killed processes, after which nothing is lost at once but power may fail during the
   * recovery.
   *
   * @return this
   */
  public CrashExploration withoutKilledProcesses() {
    kills = Settings.Kills.OFF;
    return this;
  }

  /**
   * Sets what random choices are made from.
   *
   * @param value the seed; by default the system property {@code holdfast.crash.seed}, or else 1
   * @return this
   */
  public CrashExploration seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Limits the whole exploration. What is left of the limit is shared evenly among the events left.
   *
   * @param states how many states, those in recovery included; no limit by default
   * @return this
   * @throws IllegalArgumentException if it is not positive
   */
  public CrashExploration statesAtMost(long states) {
    checkAtLeast(1, states, "statesAtMost");
    maxStates = states;
    return this;
  }

  /**
   * Sets after how many failures the exploration ends.
   *
   * @param count how many; 1 by default
   * @return this
   * @throws IllegalArgumentException if it is not positive
   */
  public CrashExploration failuresAtMost(int count) {
    checkAtLeast(1, count, "failuresAtMost");
    maxFailures = count;
    return this;
  }

  /**
   * Sets how many checked states are remembered, so as not to be checked again. Those beyond are
   * checked, but may be checked and counted once more when they come again, as the report then
   * says.
   *
   * @param states how many; one takes up to 40 bytes, and by default they may take a third of the
   *     memory of the JVM
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public CrashExploration rememberAtMost(long states) {
    checkAtLeast(0, states, "rememberAtMost");
    rememberedStates = states;
    return this;
  }

  /**
   * Sets how often, in one run of a program whose threads run {@linkplain RunLog#together
   * together}, the turn is taken from a thread that could have gone on. A thread that ends or waits
   * gives it to each of the others in any case.
   *
   * @param count how often; 2 by default, which most mistakes do not need more than
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public CrashExploration preemptionsAtMost(int count) {
    bounds = bounds.withPreemptionsAtMost(count);
    return this;
  }

  /**
   * Limits the schedules of a program whose threads run {@linkplain RunLog#together together}:
   * those with the fewest preemptions are explored.
   *
   * @param count how many; 1000 by default
   * @return this
   * @throws IllegalArgumentException if it is not positive
   */
  public CrashExploration schedulesAtMost(long count) {
    bounds = bounds.withSchedulesAtMost(count);
    return this;
  }

  /**
   * Lets threads that run {@linkplain RunLog#together together} lose their turn also before each
   * plain read of a mapping, for programs in which one reads, without any lock, what others write.
   * By default all plain reads between two steps of a thread happen at once, right after the first.
   *
   * @return this
   */
  public CrashExploration switchingAtReads() {
    bounds = bounds.withSwitches(Scheduler.Switches.READS);
    return this;
  }

  /**
   * Sets who is told how far the exploration is, before each event of the run.
   *
   * @param listener the listener
   * @return this
   */
  public CrashExploration onProgress(Consumer<Progress> listener) {
    progress = listener;
    return this;
  }

  /**
   * Sets what reports call the exploration.
   *
   * @param value the name; none by default
   * @return this
   */
  public CrashExploration named(String value) {
    name = value;
    return this;
  }

  /**
   * Declares findings to be no mistakes, by their place in the program. They are listed apart, and
   * so is a suppression that was good for nothing.
   *
   * @param kind what kind of finding
   * @param where the place that must be among the frames of the finding's stack: a class as {@code
   *     com.example.Ring}, with the classes in it, or a method as {@code com.example.Ring#append}
   * @param reason why it is no mistake, for those who read the report
   * @return this
   * @throws IllegalArgumentException if {@code where} or {@code reason} is blank
   */
  public CrashExploration suppress(Finding.Kind kind, String where, String reason) {
    return suppress(kind, where, finding -> isAt(finding, where), reason);
  }

  /**
   * Declares findings to be no mistakes, by a condition of your own.
   *
   * @param kind what kind of finding
   * @param what the condition in words
   * @param condition whether a finding is none
   * @param reason why it is no mistake, for those who read the report
   * @return this
   * @throws IllegalArgumentException if {@code what} or {@code reason} is blank
   */
  public CrashExploration suppress(
      Finding.Kind kind, String what, Predicate<Finding> condition, String reason) {
    if (what.isBlank() || reason.isBlank()) {
      throw new IllegalArgumentException(
          "a suppression of findings of kind %s without a %s"
              .formatted(kind, what.isBlank() ? "place" : "reason"));
    }
    rules.add(new Reporting.Rule(kind, what, condition, reason));
    return this;
  }

  private static boolean isAt(Finding finding, String where) {
    int hash = where.indexOf('#');
    String type = hash < 0 ? where : where.substring(0, hash);
    String method = hash < 0 ? "" : where.substring(hash + 1);
    for (StackTraceElement frame : finding.stack()) {
      String name = frame.getClassName();
      if ((name.equals(type) || name.startsWith(type + "$"))
          && (method.isEmpty() || method.equals(frame.getMethodName()))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Also reports stores to bytes that an earlier store has not made durable yet, as {@link
   * Finding.Kind#OVERWRITTEN}. Counters and lengths do this legitimately; where nothing does, it
   * shows values that no crash can ever leave, or that were meant to be durable first.
   *
   * @param toleratedEvents how many events may lie between the two stores without a report; 0
   *     reports all
   * @return this
   * @throws IllegalArgumentException if {@code toleratedEvents} is negative
   */
  public CrashExploration reportOverwrites(int toleratedEvents) {
    if (toleratedEvents < 0) {
      throw new IllegalArgumentException(
          "%d events tolerated between two stores".formatted(toleratedEvents));
    }
    toleratedOverwrites = toleratedEvents;
    return this;
  }

  /**
   * Says what the bytes of a file mean, so that failures show lost ones in words.
   *
   * @param file the file's name on the medium
   * @param decoder puts a range of the file into words
   * @return this
   */
  public CrashExploration decode(Path file, StateDecoder decoder) {
    decoders.add(new Reporting.Decoder(file.toAbsolutePath().normalize().toString(), decoder));
    return this;
  }

  /**
   * Says what the bytes of a file mean by a layout: failures show the names and values of its
   * members that were lost, as {@code header.length = 11}.
   *
   * @param file the file's name on the medium
   * @param offset where in the file the layout lies, in bytes
   * @param layout the layout
   * @return this
   * @throws IllegalArgumentException if {@code offset} is negative
   */
  public CrashExploration decode(Path file, long offset, MemoryLayout layout) {
    return decode(file, LayoutDecoder.of(offset, layout));
  }

  /**
   * Sets who is told what {@link #explore} has found, before it returns.
   *
   * @param told the listener
   * @return this
   */
  public CrashExploration onReport(Consumer<CrashReport> told) {
    listener = told;
    return this;
  }

  /**
   * Runs the preparation and the program, and checks the crash states.
   *
   * <p>If the system property {@code holdfast.crash.replay} holds the line of a failure of this
   * exploration, as it does when a test is run again with what the failure's message says, only
   * that state is checked, as by {@link #replay}. A line with another granularity or another
   * {@linkplain #named name} is of another exploration, and ignored.
   *
   * @return what was found
   * @throws AssertionError if the preparation or the program fails without any crash; or, in a
   *     replay, what the check throws
   * @throws IllegalArgumentException if the property holds no line, or the program has changed so
   *     that the line does not fit
   */
  public CrashReport explore() {
    String property = System.getProperty("holdfast.crash.replay", "");
    if (!property.isBlank()) {
      ReplayLine line = ReplayLine.parse(property);
      if (line.granularity() == granularity && line.name().equals(name)) {
        CrashReport replayed = replayed(line);
        listener.accept(replayed);
        return replayed;
      }
    }
    CrashReport report = new Explorer(settings(new TreeSet<>())).explore();
    listener.accept(report);
    return report;
  }

  /**
   * Sets what orders the file calls of the program. A program that is found wrong on {@link
   * FileSystemModel#POSIX} and passes on another relies on what that one does beyond its promises.
   *
   * @param value the kind of file system; POSIX by default
   * @return this
   */
  public CrashExploration fileSystem(FileSystemModel value) {
    fileSystem = value;
    return this;
  }

  /**
   * Goes to the one failing state that a line of text names, and runs the check on it; what the
   * check throws is thrown through, so that a debugger stops where it happens.
   *
   * @param line the line, as {@link CrashFailure#replay} has it
   * @return the outcome, if the check accepts the state now
   * @throws Exception what the check throws
   * @throws IllegalArgumentException if {@code line} is none, or is of another granularity, or the
   *     program has changed so that the line does not fit
   */
  public String replay(String line) throws Exception {
    ReplayLine parsed = ReplayLine.parse(line);
    return new Replay(settings(parsed.without()), parsed).run();
  }

  /** An exploration of no states would be taken for one that has found nothing. */
  private static void checkAtLeast(long least, long value, String what) {
    if (value < least) {
      throw new IllegalArgumentException("%s: %d is less than %d".formatted(what, value, least));
    }
  }

  private CrashReport replayed(ReplayLine line) {
    String outcome;
    try {
      outcome = new Replay(settings(line.without()), line).run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("replayed: the check failed: " + e, e);
    }
    return Replay.report(line, outcome);
  }

  private Settings settings(SortedSet<Integer> withoutSteps) {
    return new Settings(
        granularity,
        preparation,
        workload,
        check,
        engine,
        Map.copyOf(regionEngines),
        exhaustiveUpTo,
        samples,
        recoverySamples,
        crashesInRecovery,
        kills,
        seed,
        maxStates,
        maxFailures,
        rememberedStates,
        bounds,
        progress,
        new Reporting(name, toleratedOverwrites, rules, decoders),
        withoutSteps,
        Settings.Failing.MINIMIZED,
        fileSystem);
  }
}
