package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.internal.explore.CheckRun;
import io.holdfast.crash.internal.medium.RecordedLog;
import io.holdfast.crash.internal.medium.Recorder;
import io.holdfast.crash.internal.medium.Simulation;
import io.holdfast.crash.internal.medium.WindowPool;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The states that the explorer checks, with their acknowledgements, are those that {@link
 * BruteForce} finds: for random small programs on mappings and files, with kills, and with crashes
 * of their recoveries.
 */
class ExplorationAgreementTest {
  private static final int PROGRAMS = Integer.getInteger("holdfast.crash.programs", 200);
  private static final int MOST_IN_DOUBT = 9;
  private static final Path OTHER = Programs.FOLDER.resolve("other");
  private static final Path THIRD = Programs.FOLDER.resolve("third");

  /** One thing that a program does. */
  private interface Act {
    void on(SimulatedMedium medium, PmemMap map, RunLog log);
  }

  /** A program: what it does to a mapping of one file, or to files. */
  private record Program(boolean mapped, List<Act> acts) {
    void run(SimulatedMedium medium, RunLog log) {
      if (!mapped) {
        acts.forEach(act -> act.on(medium, null, log));
      } else if (!medium.files().isEmpty()) {
        try (PmemMap map = Programs.map(medium)) {
          acts.forEach(act -> act.on(medium, map, log));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mappedPrograms_areCrashedInAllWays(Granularity granularity) {
    compareAll(granularity, random -> program(random, true, 4), random -> program(random, true, 3));
  }

  @ParameterizedTest
  @EnumSource(names = {"BYTE", "PAGE"})
  void filePrograms_areCrashedInAllWays(Granularity granularity) {
    compareAll(
        granularity, random -> program(random, false, 4), random -> program(random, false, 2));
  }

  private static void compareAll(
      Granularity granularity,
      Function<Random, Program> programs,
      Function<Random, Program> recoveries) {
    long seed = Long.getLong("holdfast.seed", 1);
    int compared = 0;
    for (int i = 0; compared < PROGRAMS; i++) {
      Random random = new Random(seed * 1_000_003 + i);
      Program program = programs.apply(random);
      Program recovery = recoveries.apply(random);
      BruteForce.Disk start = start(granularity);
      List<Event> events = record(granularity, start, program);
      if (new BruteForce(granularity, start, lived(events, 1)).inDoubt() > MOST_IN_DOUBT) {
        continue;
      }
      compared++;
      List<Event> recovered = record(granularity, start, recovery);
      String what =
          "seed %d, program %d: %s, recovery %s"
              .formatted(seed, i, describe(events), describe(recovered));
      compare(what, granularity, program, recovery, start);
    }
  }

  private static List<String> describe(List<Event> events) {
    return events.stream().map(Event::describe).toList();
  }

  private static void compare(
      String what,
      Granularity granularity,
      Program program,
      Program recovery,
      BruteForce.Disk start) {
    Set<String> visited = new TreeSet<>();
    CrashReport report =
        CrashExploration.of(granularity)
            .prepare(ExplorationAgreementTest::prepare)
            .run(program::run)
            .check(check(recovery, visited))
            .exhaustiveUpTo(1 << 20)
            .samplesInRecovery(1 << 20)
            .explore()
            .assertConsistent();
    Set<String> reachable = new TreeSet<>();
    Set<String> alsoPermitted = new TreeSet<>();
    List<Event> events = record(granularity, start, program);
    for (int point = 0; point <= events.size(); point++) {
      List<BruteForce.Step> steps = lived(events.subList(0, point), 1);
      List<String> acknowledged = acknowledged(steps);
      BruteForce crash = new BruteForce(granularity, start, steps);
      for (BruteForce.Disk disk : crash.images().values()) {
        reachable.add(acknowledged + " " + disk.text());
        List<Event> recovered = recover(granularity, recovery, disk, acknowledged);
        for (int second = 0; second <= recovered.size(); second++) {
          add(reachable, granularity, disk, acknowledged, lived(recovered.subList(0, second), 1));
        }
      }
      kill(granularity, start, steps, new BitSet(), crash, recovery, reachable);
      for (int missed : crash.itemsOfLastStep()) {
        // The explorer kills in the midst of an event once, at random.
        for (BitSet some : missing(crash.itemsOfLastStep(), missed)) {
          kill(granularity, start, steps, some, crash, recovery, alsoPermitted);
        }
      }
    }
    assertThat(visited).as("%s: all that is reachable is checked", what).containsAll(reachable);
    alsoPermitted.addAll(reachable);
    assertThat(alsoPermitted).as("%s: what is checked is reachable", what).containsAll(visited);
    assertThat(report.coverage()).isEqualTo(CrashReport.Coverage.EXHAUSTIVE);
    assertThat(report.existingStates().longValueExact()).isEqualTo(report.states());
  }

  private static List<BitSet> missing(List<Integer> all, int first) {
    List<BitSet> subsets = new ArrayList<>();
    for (int subset = 1; subset < (1 << all.size()) - 1; subset++) {
      BitSet missed = new BitSet();
      for (int i = 0; i < all.size(); i++) {
        missed.set(all.get(i), (subset & 1 << i) != 0);
      }
      if (missed.nextSetBit(0) == first) {
        subsets.add(missed);
      }
    }
    return subsets;
  }

  private static void kill(
      Granularity granularity,
      BruteForce.Disk start,
      List<BruteForce.Step> steps,
      BitSet missed,
      BruteForce crash,
      Program recovery,
      Set<String> found) {
    List<String> acknowledged = acknowledged(steps);
    BruteForce.Disk visible = crash.visible(missed);
    found.add(acknowledged + " " + visible.text());
    List<Event> recovered = recover(granularity, recovery, visible, acknowledged);
    for (int second = 0; second <= recovered.size(); second++) {
      List<BruteForce.Step> both = new ArrayList<>(steps);
      both.addAll(lived(recovered.subList(0, second), 2));
      List<String> all = acknowledged(both);
      for (String text : new BruteForce(granularity, start, both).images(missed).keySet()) {
        found.add(all + " " + text);
      }
    }
  }

  private static void add(
      Set<String> found,
      Granularity granularity,
      BruteForce.Disk start,
      List<String> before,
      List<BruteForce.Step> steps) {
    List<String> acknowledged = new ArrayList<>(before);
    acknowledged.addAll(acknowledged(steps));
    for (String text : new BruteForce(granularity, start, steps).images().keySet()) {
      found.add(acknowledged + " " + text);
    }
  }

  @ParameterizedTest
  @EnumSource
  void engines_takeTheirStates(Granularity granularity) {
    long seed = Long.getLong("holdfast.seed", 1);
    for (int i = 0; i < PROGRAMS; i++) {
      Program program = program(new Random(seed * 1_000_003 + i), i % 3 != 0, 6);
      BruteForce.Disk start = start(granularity);
      List<Event> events = record(granularity, start, program);
      String what = "seed %d, program %d: %s".formatted(seed, i, describe(events));
      Set<String> prefixes = new TreeSet<>();
      Set<String> reverse = new TreeSet<>();
      Set<String> nothingLost = new TreeSet<>();
      for (int point = 0; point <= events.size(); point++) {
        List<BruteForce.Step> steps = lived(events.subList(0, point), 1);
        BruteForce crash = new BruteForce(granularity, start, steps);
        addAll(prefixes, steps, crash.prefixes());
        addAll(reverse, steps, crash.reversePrefixes());
        addAll(nothingLost, steps, List.of(crash.visible(new BitSet()).text()));
      }
      assertThat(taken(granularity, Engine.PREFIXES, program)).as(what).isEqualTo(prefixes);
      assertThat(taken(granularity, Engine.REVERSE_PREFIXES, program)).as(what).isEqualTo(reverse);
      assertThat(taken(granularity, Engine.NOTHING_LOST, program)).as(what).isEqualTo(nothingLost);
      assertThat(taken(granularity, Engine.NO_CRASHES, program)).as(what).isEmpty();
      assertThat(taken(granularity, Engine.FULL, program))
          .as(what)
          .containsAll(taken(granularity, Engine.PARTIAL, program));
    }
  }

  private static void addAll(
      Set<String> found, List<BruteForce.Step> steps, Collection<String> texts) {
    texts.forEach(text -> found.add(acknowledged(steps) + " " + text));
  }

  private static Set<String> taken(Granularity granularity, Engine engine, Program program) {
    Set<String> visited = new TreeSet<>();
    CrashExploration.of(granularity)
        .prepare(ExplorationAgreementTest::prepare)
        .run(program::run)
        .check(check(new Program(false, List.of()), visited))
        .crashesInRecovery(0)
        .engine(engine)
        .exhaustiveUpTo(1 << 20)
        .samples(5)
        .explore()
        .assertConsistent();
    return visited;
  }

  private static void prepare(SimulatedMedium medium, RunLog log) {
    Programs.createFile(medium, log);
    try (PmemFile file = medium.open(Programs.FILE, FileAccess.READ_WRITE)) {
      file.write(8, MemorySegment.ofArray(new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2}));
      file.write(504, MemorySegment.ofArray(new byte[] {2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3}));
    }
  }

  private static BruteForce.Disk start(Granularity granularity) {
    Simulation medium = Simulation.of(granularity);
    prepare(medium, new RecordedLog(null, List.of()));
    return BruteForce.Disk.of(medium.image());
  }

  /** {@return the check that notes what it finds, and then does what the recovery does} */
  private static Check check(Program recovery, Set<String> visited) {
    return (medium, log) -> {
      visited.add(log.acknowledged() + " " + text(medium));
      recovery.run(medium, log);
      return "checked";
    };
  }

  private static String text(SimulatedMedium medium) {
    StringBuilder text = new StringBuilder();
    for (Path path : medium.files()) {
      try (PmemFile file = medium.open(path, FileAccess.READ_ONLY)) {
        byte[] bytes = new byte[BruteForce.FILE_BYTES];
        file.read(0, MemorySegment.ofArray(bytes));
        BruteForce.Disk.describe(text, path.getFileName().toString(), file.size(), bytes);
      }
    }
    return text.toString();
  }

  private static List<Event> record(
      Granularity granularity, BruteForce.Disk start, Program program) {
    return recover(granularity, program, start, List.of());
  }

  private static List<Event> recover(
      Granularity granularity, Program recovery, BruteForce.Disk disk, List<String> acknowledged) {
    CheckRun run =
        CheckRun.of(
            check(recovery, new TreeSet<>()),
            granularity,
            disk.image(),
            acknowledged,
            new WindowPool(),
            new Recorder(Recorder.Traces.OFF));
    assertThat(run.failure()).isNull();
    return run.events();
  }

  private static List<BruteForce.Step> lived(List<Event> events, int life) {
    return events.stream().map(event -> new BruteForce.Step(event, life)).toList();
  }

  private static List<String> acknowledged(List<BruteForce.Step> steps) {
    return steps.stream()
        .map(BruteForce.Step::event)
        .filter(Event.Acknowledge.class::isInstance)
        .map(event -> ((Event.Acknowledge) event).what())
        .toList();
  }

  private static Program program(Random random, boolean mapped, int acts) {
    List<Act> list = new ArrayList<>();
    for (int i = 0; i < acts; i++) {
      list.add(mapped ? mappedAct(random) : fileAct(random));
    }
    return new Program(mapped, list);
  }

  private static Act mappedAct(Random random) {
    long offset = List.of(0, 8, 16, 60, 64, 504, 512).get(random.nextInt(7));
    long aligned = offset & -8;
    byte value = (byte) (1 + random.nextInt(3));
    return switch (random.nextInt(11)) {
      case 0, 1 -> (_, map, _) -> map.putLong(offset, value);
      case 2 -> (_, map, _) -> map.putInt(offset, value);
      case 3 -> (_, map, _) -> map.putLongRelease(aligned, value);
      case 4 -> (_, map, _) -> map.fill(aligned, 16, value, CopyMode.PERSIST.nonTemporal());
      case 5 -> (_, map, _) -> map.fill(offset, 12, value, CopyMode.NO_FLUSH);
      case 6 -> (_, map, _) -> map.fill(aligned, 8, value, CopyMode.NO_DRAIN.nonTemporal());
      case 7 -> (_, map, _) -> map.flush(offset, 8);
      case 8 -> (_, map, _) -> map.drain();
      case 9 -> (_, map, _) -> map.persist(0, 128);
      default -> (_, _, log) -> log.acknowledge("a" + value);
    };
  }

  private static Act fileAct(Random random) {
    Path path = List.of(Programs.FILE, OTHER, THIRD).get(random.nextInt(3));
    Path target = List.of(Programs.FILE, OTHER, THIRD).get(random.nextInt(3));
    long position = List.of(0, 8, 496, 512).get(random.nextInt(4));
    byte value = (byte) (1 + random.nextInt(3));
    byte[] bytes = new byte[random.nextBoolean() ? 8 : 24];
    Arrays.fill(bytes, value);
    MemorySegment source = MemorySegment.ofArray(bytes);
    long size = List.of(0, 8, 512, 1024).get(random.nextInt(4));
    boolean exists = random.nextInt(3) > 0;
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> on(exists ? Programs.FILE : path, file -> file.write(position, source));
      case 3 -> on(path, file -> file.writeDurably(position, source));
      case 4 -> on(exists ? Programs.FILE : path, file -> file.truncate(size));
      case 5 -> on(path, PmemFile::sync);
      case 6 ->
          (medium, _, _) -> {
            if (medium.files().contains(path) && !path.equals(target)) {
              medium.rename(path, target);
            } else if (!medium.files().contains(path)) {
              medium.create(path).close();
            }
          };
      case 7 ->
          (medium, _, _) -> {
            if (medium.files().contains(path)) {
              medium.delete(path);
            }
          };
      case 8 -> (medium, _, _) -> medium.syncFolder(Programs.FOLDER);
      default -> (_, _, log) -> log.acknowledge("a" + value);
    };
  }

  private interface Use {
    void of(PmemFile file);
  }

  private static Act on(Path path, Use use) {
    return (medium, _, _) -> {
      if (medium.files().contains(path)) {
        try (PmemFile file = medium.open(path, FileAccess.READ_WRITE)) {
          use.of(file);
        }
      }
    };
  }
}
