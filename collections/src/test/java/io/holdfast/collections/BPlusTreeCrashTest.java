package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.heap.Heap;
import io.holdfast.pmem.Granularity;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of change of a tree of small nodes, crashed at each of its events. */
final class BPlusTreeCrashTest {
  private static final int LEAF = 8;
  private static final int INNER = 4;

  private record Trees(Kind keys, Kind values) implements MapCrash.Maker {
    @Override
    public PersistentMap create(Heap heap) {
      return open(heap, BPlusTree.create(heap, keys, values).reference());
    }

    @Override
    public PersistentMap open(Heap heap, long reference) {
      return new BPlusTree(reference, new Pages(heap, keys, values, LEAF), INNER);
    }

    @Override
    public String content(PersistentMap map) {
      TreeCursor cursor = ((BPlusTree) map).cursor();
      StringBuilder all = new StringBuilder().append(map.size());
      for (boolean there = cursor.first(); there; there = cursor.next()) {
        all.append(' ');
        all.append(keys == Kind.LONG ? cursor.key() : Arrays.hashCode(cursor.keyBytes()));
        all.append('=');
        all.append(values == Kind.LONG ? cursor.value() : Arrays.hashCode(cursor.valueBytes()));
      }
      return all.toString();
    }
  }

  private static MapCrash longs(String what) {
    return new MapCrash(what, new Trees(Kind.LONG, Kind.LONG));
  }

  private static void fill(PersistentMap map, int count) {
    for (int i = 0; i < count; i++) {
      map.put(2L * i, i);
    }
  }

  private static long height(PersistentMap map) {
    return map.heap.getLong(map.heap.resolve(map.reference()) + TreeLayout.HEIGHT);
  }

  @ParameterizedTest
  @EnumSource
  void firstKeys(Granularity granularity) {
    longs("tree: first keys")
        .change(map -> map.put(5, 50))
        .change(map -> map.put(3, 30))
        .change(map -> map.put(5, 51))
        .change(map -> map.remove(3))
        .change(map -> map.remove(5))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void leafSplit_makesARoot(Granularity granularity) {
    longs("tree: leaf split, new root")
        .prepare(map -> fill(map, LEAF))
        .change(map -> map.put(7, 70))
        .change(map -> assertThat(height(map)).isEqualTo(1))
        .change(map -> map.put(8, 80))
        .explore(granularity)
        .assertConsistent();
  }

  /** Ascending keys leave half a leaf each time it splits. */
  @ParameterizedTest
  @EnumSource
  void innerSplit_makesARoot(Granularity granularity) {
    int keys = LEAF / 2 * (INNER + 1) + LEAF / 2;
    longs("tree: inner split, new root")
        .prepare(map -> fill(map, keys))
        .change(map -> assertThat(height(map)).isEqualTo(1))
        .change(map -> map.put(2L * keys, 1))
        .change(map -> assertThat(height(map)).isEqualTo(2))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void leafBorrows(Granularity granularity) {
    longs("tree: leaf borrows")
        .prepare(
            map -> {
              fill(map, LEAF + 1);
              for (int i = 0; i < 4; i++) {
                map.put(1000 + i, i);
              }
              for (int i = 0; i < LEAF / 4; i++) {
                map.remove(2L * i);
              }
            })
        .change(map -> map.remove(2L * (LEAF / 4)))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void leavesMerge_andTheRootGoes(Granularity granularity) {
    longs("tree: leaves merge, root goes")
        .prepare(
            map -> {
              fill(map, LEAF + 1);
              for (int i = 0; i < LEAF / 4; i++) {
                map.remove(2L * i);
              }
            })
        .change(map -> assertThat(height(map)).isEqualTo(1))
        .change(map -> map.remove(2L * (LEAF / 4)))
        .change(map -> assertThat(height(map)).isZero())
        .explore(granularity)
        .assertConsistent();
  }

  /** So many leaves merge that an inner node has too few, too, and the root goes. */
  @ParameterizedTest
  @EnumSource
  void innerNodesMerge_andTheRootGoes(Granularity granularity) {
    int keys = LEAF / 2 * (INNER + 1) + LEAF / 2;
    int[] removes = {0};
    longs("tree: counts the removes")
        .prepare(
            map -> {
              fill(map, keys + 1);
              for (removes[0] = 0; height(map) == 2; removes[0]++) {
                map.remove(2L * removes[0]);
              }
            })
        .contents();
    int before = removes[0] - 1;
    longs("tree: inner nodes merge")
        .prepare(
            map -> {
              fill(map, keys + 1);
              for (int i = 0; i < before; i++) {
                map.remove(2L * i);
              }
            })
        .change(map -> assertThat(height(map)).isEqualTo(2))
        .change(map -> map.remove(2L * before))
        .change(map -> assertThat(height(map)).isEqualTo(1))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void bytes(Granularity granularity) {
    new MapCrash("tree: bytes", new Trees(Kind.BYTES, Kind.BYTES))
        .prepare(
            map -> {
              for (int i = 0; i < LEAF; i++) {
                map.put(MapModel.keyBytes(i), MapModel.valueBytes(i));
              }
            })
        .change(map -> map.put(MapModel.keyBytes(100), new byte[20]))
        .change(map -> map.put(MapModel.keyBytes(5), new byte[5]))
        .change(map -> map.put(MapModel.keyBytes(5), new byte[3000]))
        .change(map -> map.put(MapModel.keyBytes(5), new byte[1]))
        .change(map -> map.remove(MapModel.keyBytes(7)))
        .change(PersistentMap::clear)
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void largerTransaction(Granularity granularity) {
    longs("tree: larger transaction")
        .prepare(map -> fill(map, 10))
        .change(
            map ->
                map.heap.transact(
                    () -> {
                      for (int i = 0; i < 20; i++) {
                        map.put(3L * i, -i);
                      }
                      for (int i = 0; i < 10; i++) {
                        map.remove(2L * i);
                      }
                    }))
        .change(PersistentMap::clear)
        .explore(granularity)
        .assertConsistent();
  }
}
