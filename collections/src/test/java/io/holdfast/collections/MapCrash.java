package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Checkpoints;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.heap.internal.Census;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Crashes changes of a map after each event of theirs, and in the recovery from that: the map must
 * be as after one of the changes, no earlier one than the last acknowledged, sound, and alone in
 * its heap.
 */
final class MapCrash {
  private static final Path FILE = Path.of("/pools/map.heap");
  private static final long HEAP_BYTES = 400 << 10;

  /** More of them on a quiet evening. */
  private static final int SAMPLES = Integer.getInteger("holdfast.crash.samples", 2);

  private static final int EXHAUSTIVE = 16 * SAMPLES;

  private final String what;
  private final Maker maker;
  private Consumer<PersistentMap> preparation = _ -> {};
  private final List<Consumer<PersistentMap>> changes = new ArrayList<>();

  /** The map under test. */
  interface Maker {
    PersistentMap create(Heap heap);

    PersistentMap open(Heap heap, long reference);

    /** Changes the map in some way. */
    default void probe(PersistentMap map) {
      if (map.keys() == Kind.LONG) {
        map.put(-77, 1);
      } else {
        map.put(new byte[] {77}, new byte[9]);
      }
    }

    /** {@return all that is in the map, as text} */
    String content(PersistentMap map);
  }

  MapCrash(String what, Maker maker) {
    this.what = what;
    this.maker = maker;
  }

  MapCrash prepare(Consumer<PersistentMap> value) {
    preparation = value;
    return this;
  }

  MapCrash change(Consumer<PersistentMap> value) {
    changes.add(value);
    return this;
  }

  private static HeapOptions options(Medium medium) {
    return HeapOptions.defaults()
        .withSize(HEAP_BYTES)
        .withLimit(HEAP_BYTES)
        .withMedium(medium)
        .withCheckpoints(Checkpoints.INLINE);
  }

  private PersistentMap prepared(Medium medium) {
    Heap heap = Heap.create(FILE, options(medium));
    PersistentMap map =
        heap.transact(
            () -> {
              PersistentMap made = maker.create(heap);
              heap.tx().putRoot(made.reference());
              return made;
            });
    heap.transact(() -> preparation.accept(map));
    return map;
  }

  private PersistentMap opened(Medium medium) {
    Heap heap = Heap.open(FILE, options(medium));
    return maker.open(heap, heap.root());
  }

  /** {@return what is in the map before the first change and after each} */
  List<String> contents() {
    List<String> contents = new ArrayList<>();
    PersistentMap map = prepared(SimulatedMedium.of(Granularity.BYTE));
    contents.add(maker.content(map));
    for (Consumer<PersistentMap> change : changes) {
      change.accept(map);
      contents.add(maker.content(map));
    }
    map.heap.close();
    return contents;
  }

  CrashReport explore(Granularity granularity) {
    List<String> contents = contents();
    CrashReport report =
        CrashExploration.of(granularity)
            .exhaustiveUpTo(EXHAUSTIVE)
            .samples(SAMPLES)
            .samplesInRecovery(2)
            .prepare((medium, _) -> prepared(medium).heap.close())
            .run(
                (medium, log) -> {
                  PersistentMap map = opened(medium);
                  for (int i = 0; i < changes.size(); i++) {
                    changes.get(i).accept(map);
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  PersistentMap map = opened(medium);
                  assertThat(map.verify()).isEmpty();
                  assertThat(Census.objects(map.heap)).isEqualTo(map.objects());
                  String content = maker.content(map);
                  int acknowledged = 0;
                  while (log.hasAcknowledged("" + acknowledged)) {
                    acknowledged++;
                  }
                  String before = contents.get(acknowledged);
                  String after = contents.get(Math.min(acknowledged + 1, changes.size()));
                  assertThat(content).isIn(before, after);
                  log.stopCrashing();
                  maker.probe(map);
                  assertThat(map.verify()).isEmpty();
                  map.heap.close();
                  return "" + contents.indexOf(content);
                })
            .explore();
    System.out.printf(
        "crash states: %-28s %-10s %6d events %8d states %8d in recovery%n",
        what, granularity, report.events(), report.states(), report.recoveryStates());
    return report;
  }
}
