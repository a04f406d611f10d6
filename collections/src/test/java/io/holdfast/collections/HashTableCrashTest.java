package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.heap.Heap;
import io.holdfast.pmem.Granularity;
import java.util.Arrays;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of change of a hash table of small pages, crashed at each of its events. */
final class HashTableCrashTest {
  private static final int PLACES = 4;
  private static final long SEED = 42;

  private record Tables(Kind keys, Kind values) implements MapCrash.Maker {
    @Override
    public PersistentMap create(Heap heap) {
      return open(heap, HashTable.create(heap, keys, values, SEED).reference());
    }

    @Override
    public PersistentMap open(Heap heap, long reference) {
      return HashTable.of(reference, new Pages(heap, keys, values, PLACES));
    }

    @Override
    public String content(PersistentMap map) {
      HashCursor cursor = ((HashTable) map).cursor();
      TreeSet<String> all = new TreeSet<>();
      for (boolean there = cursor.first(); there; there = cursor.next()) {
        String key =
            keys == Kind.LONG ? "" + cursor.key() : "" + Arrays.hashCode(cursor.keyBytes());
        all.add(
            key
                + "="
                + (values == Kind.LONG ? cursor.value() : Arrays.hashCode(cursor.valueBytes())));
      }
      return map.size() + " " + all;
    }
  }

  private static MapCrash longs(String what) {
    return new MapCrash(what, new Tables(Kind.LONG, Kind.LONG));
  }

  /** {@return the i-th key of the stripe that begins with {@code bits} 0 bits} */
  private static long key(int i, int bits) {
    long key = 0;
    for (int found = 0; ; key++) {
      if (Hashing.hash(key, SEED) >>> (64 - HashLayout.STRIPE_BITS - bits) == 0 && found++ == i) {
        return key;
      }
    }
  }

  private static void fill(PersistentMap map, int count) {
    for (int i = 0; i < count; i++) {
      map.put(key(i, 0), i);
    }
  }

  private static int depth(PersistentMap map) {
    return (int)
        map.heap.getLong(Buckets.stripe(map.heap.resolve(map.reference()), 0) + HashLayout.DEPTH);
  }

  @ParameterizedTest
  @EnumSource
  void firstKeys(Granularity granularity) {
    longs("hash: first keys")
        .change(map -> map.put(5, 50))
        .change(map -> map.put(key(0, 0), 30))
        .change(map -> map.put(5, 51))
        .change(map -> map.remove(key(0, 0)))
        .change(map -> map.remove(5))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void bucketSplits_andTheDirectoryDoubles(Granularity granularity) {
    longs("hash: splits, directory doubles")
        .prepare(map -> fill(map, PLACES))
        .change(map -> assertThat(depth(map)).isZero())
        .change(map -> map.put(key(PLACES, 0), 70))
        .change(map -> assertThat(depth(map)).isPositive())
        .change(map -> map.put(key(PLACES + 1, 0), 71))
        .change(map -> map.put(key(PLACES + 2, 0), 72))
        .change(map -> map.put(key(PLACES + 3, 0), 73))
        .change(map -> map.put(key(PLACES + 4, 0), 74))
        .change(map -> assertThat(depth(map)).isGreaterThan(1))
        .explore(granularity)
        .assertConsistent();
  }

  /** Keys with twelve bits in common: more than a directory would be doubled for. */
  @ParameterizedTest
  @EnumSource
  void bucketGoesOn_andEndsAgain(Granularity granularity) {
    longs("hash: bucket goes on")
        .prepare(
            map -> {
              for (int i = 0; i < PLACES; i++) {
                map.put(key(i, 6), i);
              }
            })
        .change(map -> map.put(key(PLACES, 6), 70))
        .change(map -> map.remove(key(PLACES, 6)))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void bucketsMerge_andTheDirectoryShrinks(Granularity granularity) {
    int[] removes = {0};
    int[] depth = {0};
    longs("hash: counts the removes")
        .prepare(
            map -> {
              fill(map, 40);
              depth[0] = depth(map);
              for (removes[0] = 0; depth(map) == depth[0]; removes[0]++) {
                map.remove(key(removes[0], 0));
              }
            })
        .contents();
    int before = removes[0] - 1;
    longs("hash: merges, directory halves")
        .prepare(
            map -> {
              fill(map, 40);
              for (int i = 0; i < before; i++) {
                map.remove(key(i, 0));
              }
            })
        .change(map -> assertThat(depth(map)).isEqualTo(depth[0]))
        .change(map -> map.remove(key(before, 0)))
        .change(map -> assertThat(depth(map)).isLessThan(depth[0]))
        .explore(granularity)
        .assertConsistent();
  }

  @ParameterizedTest
  @EnumSource
  void bytes(Granularity granularity) {
    new MapCrash("hash: bytes", new Tables(Kind.BYTES, Kind.BYTES))
        .prepare(
            map -> {
              for (int i = 0; i < 10; i++) {
                map.put(MapModel.keyBytes(i), MapModel.valueBytes(i));
              }
            })
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
    longs("hash: larger transaction")
        .prepare(map -> fill(map, 10))
        .change(
            map ->
                map.heap.transact(
                    () -> {
                      for (int i = 5; i < 30; i++) {
                        map.put(key(i, 0), -i);
                      }
                      for (int i = 0; i < 10; i++) {
                        map.remove(key(i, 0));
                      }
                    }))
        .change(PersistentMap::clear)
        .explore(granularity)
        .assertConsistent();
  }
}
