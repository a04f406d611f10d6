package io.holdfast.bench;

import io.holdfast.bench.Scenario.Waiting;
import io.holdfast.crash.Check;
import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long the crash explorer takes for a state: for images of several sizes, with few or many
 * things in doubt, and a check that does next to nothing. It has no peer: pmreorder starts a
 * process for each state.
 */
final class CrashBench implements Bench {
  private static final Path FILE = Path.of("/simulated/data");
  private static final long KIB = 1024;
  private static final long LINE = 64;

  /**
   * How far apart things in doubt are, so that each is on a page of its own where there is room.
   */
  private static final long STRIDE = 8 * KIB + LINE;

  private static final long SECTOR = 512;

  /**
   * More things than that are in doubt after one event, so that states are measured and not events.
   */
  private static final int MOST_EVENTS = 16;

  /** With 16 things in doubt there are more states than that. */
  private static final long MOST_STATES = 60_000;

  private static final String WORK =
      "one state: the medium made, opened, a word of it checked; 50,000 ns are 20,000 states a second";

  private static final String RECOVERY_WORK =
      "the same where the check repairs a word, and is itself crashed";

  /** What the explored program does to its file. */
  private enum Access {
    /** Stores words to a mapping of it. */
    MAPPED,
    /** Writes to it. */
    FILE
  }

  /** Whether the check changes anything, and is therefore crashed. */
  private enum Recovery {
    NONE,
    REPAIRS
  }

  private record Exploration(long imageBytes, int inDoubt, Access access, Recovery recovery) {
    private String name() {
      return "state.%s.%s.%d-in-doubt%s"
          .formatted(
              access == Access.MAPPED ? "mapped" : "file",
              imageBytes < KIB * KIB ? imageBytes / KIB + "KiB" : imageBytes / KIB / KIB + "MiB",
              inDoubt,
              recovery == Recovery.REPAIRS ? ".recovery" : "");
    }

    private Scenario scenario() {
      return new Scenario(
          name(),
          recovery == Recovery.NONE ? "state" : "state.recovery",
          recovery == Recovery.NONE ? WORK : RECOVERY_WORK,
          Waiting.OTHER,
          this::nanos,
          Scenario.NO_PEER,
          Optional.empty(),
          MOST_STATES);
    }

    /**
     * Explores as many states, and returns the time since the second of them was checked: the first
     * is that before the run.
     */
    private long nanos(long states, long seed) {
      long[] begin = new long[1];
      int[] before = new int[1];
      Check check = check();
      CrashReport report =
          CrashExploration.of(Granularity.CACHE_LINE)
              .prepare((medium, _) -> create(medium))
              .run((medium, _) -> run(medium))
              .check(
                  (medium, log) -> {
                    if (before[0] < 2) {
                      begin[0] = System.nanoTime();
                      before[0]++;
                    }
                    return check.check(medium, log);
                  })
              .exhaustiveUpTo(Long.MAX_VALUE)
              .crashesInRecovery(recovery == Recovery.NONE ? 0 : 1)
              .statesAtMost(states)
              .seed(seed)
              .explore();
      long nanos = System.nanoTime() - begin[0];
      long measured = report.states() + report.recoveryStates() - before[0] + 1;
      return Math.round((double) nanos / measured * states);
    }

    private void create(SimulatedMedium medium) {
      try (PmemFile file = medium.create(CrashBench.FILE)) {
        file.allocate(0, imageBytes);
      }
      try (PmemMap map = map(medium)) {
        map.fill(0, imageBytes, (byte) 7, CopyMode.PERSIST);
      }
    }

    private void run(SimulatedMedium medium) {
      switch (access) {
        case MAPPED -> {
          try (PmemMap map = map(medium)) {
            if (inDoubt > MOST_EVENTS) {
              map.fill(0, (long) inDoubt * Long.BYTES, (byte) 1, CopyMode.NO_FLUSH);
            } else {
              for (int i = 0; i < inDoubt; i++) {
                map.putLong(place(i, LINE), i);
              }
            }
          }
        }
        case FILE -> {
          try (PmemFile file = medium.open(CrashBench.FILE, FileAccess.READ_WRITE)) {
            if (inDoubt > MOST_EVENTS) {
              file.write(0, MemorySegment.ofArray(new byte[inDoubt * (int) SECTOR]));
            } else {
              for (int i = 0; i < inDoubt; i++) {
                file.write(place(i, SECTOR), MemorySegment.ofArray(new long[] {i}));
              }
            }
          }
        }
      }
    }

    private long place(int number, long unit) {
      return number * STRIDE % imageBytes / unit * unit;
    }

    private Check check() {
      return switch (access) {
        case MAPPED ->
            (medium, _) -> {
              try (PmemMap map = map(medium)) {
                long word = map.getLong(0);
                if (recovery == Recovery.REPAIRS) {
                  map.putLong(imageBytes - LINE, word);
                  map.persist(imageBytes - LINE, Long.BYTES);
                }
                return "opened";
              }
            };
        case FILE ->
            (medium, _) -> {
              try (PmemFile file = medium.open(CrashBench.FILE, FileAccess.READ_WRITE)) {
                long[] word = new long[1];
                MemorySegment buffer = MemorySegment.ofArray(word);
                file.read(0, buffer);
                if (recovery == Recovery.REPAIRS) {
                  buffer.set(ValueLayout.JAVA_LONG, 0, ~word[0]);
                  file.write(imageBytes - SECTOR, buffer);
                  file.sync();
                }
                return "opened";
              }
            };
      };
    }
  }

  private static PmemMap map(SimulatedMedium medium) {
    return medium.map(
        PmemSource.of(FILE), MapConfig.defaults().withRequiredGranularity(Granularity.PAGE));
  }

  @Override
  public List<Scenario> scenarios(Peers peers, Extent extent) {
    List<Scenario> rows = new ArrayList<>();
    for (Access access : Access.values()) {
      for (long imageBytes : new long[] {64 * KIB, 1024 * KIB, 16 * 1024 * KIB}) {
        rows.add(new Exploration(imageBytes, 16, access, Recovery.NONE).scenario());
      }
      for (int inDoubt : new int[] {64, 512}) {
        rows.add(new Exploration(1024 * KIB, inDoubt, access, Recovery.NONE).scenario());
      }
      rows.add(new Exploration(1024 * KIB, 16, access, Recovery.REPAIRS).scenario());
    }
    return rows;
  }

  @Override
  public void close() {}
}
