package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Checkpoints;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What power failures do to the examples: for each an exploration that crashes it while it adds
 * things one after the other.
 *
 * <p>{@link #basic} accepts whatever is left, to show it. The others accept nothing but the things
 * added first, each wholly, and among them all whose addition had returned.
 */
public final class CrashCases {
  private static final Path FILE = Path.of("/crash/example");
  private static final long WAL_BYTES = 4096;

  private CrashCases() {}

  /**
   * Storing strings with {@link Basic}.
   *
   * @param granularity that of the medium
   * @param strings what is stored
   * @return the exploration
   */
  public static CrashExploration basic(Granularity granularity, List<String> strings) {
    return CrashExploration.of(granularity)
        .crashesInRecovery(0) // reading repairs nothing
        .prepare((medium, _) -> Basic.create(medium, FILE))
        .run(
            (medium, _) -> {
              try (Basic basic = Basic.open(medium, FILE, Basic.Mode.PERSIST)) {
                basic.store(strings);
              }
            })
        .check(
            (medium, _) -> {
              try (Basic basic = Basic.open(medium, FILE, Basic.Mode.PERSIST)) {
                return outcome(basic.strings().stream().map(CrashCases::quoted).toList());
              }
            });
  }

  /**
   * Prepending numbers to a {@link NumberList}.
   *
   * @param granularity that of the medium
   * @param numbers what is prepended
   * @return the exploration
   */
  public static CrashExploration list(Granularity granularity, List<Integer> numbers) {
    return CrashExploration.of(granularity)
        .prepare((medium, _) -> new NumberList(create(medium)).close())
        .run(
            (medium, log) -> {
              try (NumberList list = new NumberList(open(medium))) {
                for (Integer number : numbers) {
                  list.prepend(number);
                  log.acknowledge("prepended " + number);
                }
              }
            })
        .check(
            (medium, log) -> {
              try (NumberList list = new NumberList(open(medium))) {
                List<Integer> found = list.numbers();
                int count = addedFirst(found.size(), log.acknowledged().size(), numbers.size());
                require(numbers.subList(0, count).reversed().equals(found), found);
                return outcome(found);
              }
            });
  }

  /**
   * Inserting words into a {@link CountingTree}.
   *
   * @param granularity that of the medium
   * @param words what is inserted
   * @return the exploration
   */
  public static CrashExploration tree(Granularity granularity, List<String> words) {
    return CrashExploration.of(granularity)
        .prepare((medium, _) -> new CountingTree(create(medium)).close())
        .run(
            (medium, log) -> {
              try (CountingTree tree = new CountingTree(open(medium))) {
                for (String word : words) {
                  tree.insert(word);
                  log.acknowledge("inserted " + word);
                }
              }
            })
        .check(
            (medium, log) -> {
              try (CountingTree tree = new CountingTree(open(medium))) {
                Map<String, Long> found = new TreeMap<>();
                tree.walk((word, count) -> found.put(new String(word, UTF_8), count));
                long total = found.values().stream().mapToLong(Long::longValue).sum();
                int count = addedFirst(total, log.acknowledged().size(), words.size());
                Map<String, Long> expected = new TreeMap<>();
                words.subList(0, count).forEach(word -> expected.merge(word, 1L, Long::sum));
                require(expected.equals(found), found);
                List<String> entries = new ArrayList<>();
                found.forEach((word, times) -> entries.add(times + " " + word));
                return outcome(entries);
              }
            });
  }

  /**
   * Incrementing a {@link SharedCounter} through two mappings in turns, as two processes would.
   *
   * @param granularity that of the medium
   * @param increments how often
   * @return the exploration
   */
  public static CrashExploration counter(Granularity granularity, int increments) {
    return CrashExploration.of(granularity)
        .crashesInRecovery(0) // reading repairs nothing
        .prepare((medium, _) -> SharedCounter.create(medium, FILE))
        .run(
            (medium, log) -> {
              try (SharedCounter one = SharedCounter.open(medium, FILE);
                  SharedCounter other = SharedCounter.open(medium, FILE)) {
                for (int i = 0; i < increments; i++) {
                  long count = (i % 2 == 0 ? one : other).increment();
                  log.acknowledge("counted to " + count);
                }
              }
            })
        .check(
            (medium, log) -> {
              try (SharedCounter counter = SharedCounter.open(medium, FILE)) {
                return "" + addedFirst(counter.get(), log.acknowledged().size(), increments);
              }
            });
  }

  /**
   * Appending records to a {@link MappedWal}.
   *
   * @param granularity that of the medium
   * @param records what is appended
   * @return the exploration
   */
  public static CrashExploration wal(Granularity granularity, List<String> records) {
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    return wal(
            granularity, medium -> new MappedWal(medium.map(PmemSource.of(FILE), config)), records)
        .prepare((medium, _) -> ExampleFile.create(medium, FILE, WAL_BYTES, _ -> {}));
  }

  /**
   * Creating a {@link FileWal} and appending records to it.
   *
   * @param records what is appended
   * @return the exploration
   */
  public static CrashExploration fileWal(List<String> records) {
    return wal(Granularity.PAGE, medium -> new FileWal(medium.folder().resolve("wal")), records);
  }

  /** How a log is opened on a medium, and created there if need be. */
  interface WalOpening {
    Wal open(SimulatedMedium medium) throws IOException;
  }

  static CrashExploration wal(Granularity granularity, WalOpening opening, List<String> records) {
    return CrashExploration.of(granularity)
        .run(
            (medium, log) -> {
              try (Wal wal = opening.open(medium)) {
                for (String record : records) {
                  wal.append(record);
                  log.acknowledge(record);
                }
              }
            })
        .check(
            (medium, log) -> {
              List<String> found;
              try (Wal wal = opening.open(medium)) {
                found = wal.records();
                List<String> promised = log.acknowledged();
                require(records.size() >= found.size(), found);
                require(records.subList(0, found.size()).equals(found), found);
                if (found.size() < promised.size()) {
                  throw new AssertionError("lost: " + promised.get(found.size()));
                }
                // Whoever opens the log acts on what it has: no crash may take that back.
                found.stream().skip(promised.size()).forEach(log::acknowledge);
                log.stopCrashing();
                wal.append("-");
              }
              try (Wal wal = opening.open(medium)) {
                List<String> more = wal.records();
                require(more.getLast().equals("-") && more.size() == found.size() + 1, more);
              }
              return outcome(found);
            });
  }

  private static Heap create(Medium medium) {
    return Heap.create(FILE, options(medium));
  }

  private static Heap open(Medium medium) {
    return Heap.open(FILE, options(medium));
  }

  /** The smallest heap, which does the same each time it is run. */
  private static HeapOptions options(Medium medium) {
    return HeapOptions.defaults()
        .withSize(0)
        .withMedium(medium)
        .withCheckpoints(Checkpoints.INLINE);
  }

  /** How many additions the crash has left, which must be all that had returned. */
  private static int addedFirst(long found, int returned, int all) {
    if (found < returned || found > all) {
      throw new AssertionError(
          "%d additions found, of %d that had returned and %d in all"
              .formatted(found, returned, all));
    }
    return (int) found;
  }

  private static void require(boolean asAdded, Object found) {
    if (!asAdded) {
      throw new AssertionError("not what was added first: " + found);
    }
  }

  private static String quoted(String string) {
    return '"' + string + '"';
  }

  private static String outcome(List<?> found) {
    StringJoiner outcome = new StringJoiner(", ").setEmptyValue("nothing");
    found.forEach(item -> outcome.add(item.toString()));
    return outcome.toString();
  }
}
