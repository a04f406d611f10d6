package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.heap.internal.Census;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a hash table promises besides being a map. */
final class HashTableTest extends MapContract {

  @Override
  PersistentMap create(Kind keys, Kind values) {
    return HashTable.create(heap, keys, values);
  }

  @Override
  PersistentMap open(long reference) {
    return HashTable.open(heap, reference);
  }

  private HashTable smallPages(Kind keys, int places) {
    long reference = HashTable.create(heap, keys, Kind.LONG, SEED).reference();
    return HashTable.of(reference, new Pages(heap, keys, Kind.LONG, places));
  }

  /** Small pages, so that directories of many levels come and go. */
  @ParameterizedTest
  @EnumSource
  void smallPages_behaveAsTheModel(Kind keys) {
    HashTable table = smallPages(keys, 4);
    MapModel model = new MapModel(table);
    for (int phase = 0; phase < 8; phase++) {
      for (int i = 0; i < 1500; i++) {
        model.operate(random, 1200, phase % 2 == 0 ? 2 : 7);
        if (i % 100 == 0) {
          assertThat(table.verify()).isEmpty();
        }
      }
      model.assertEqual();
    }
    for (int key = 0; key < 1200; key++) {
      model.remove(key);
    }
    model.expected.clear();
    model.assertEqual();
    assertThat(Census.objects(heap)).isEqualTo(1);
  }

  /** Keys of one stripe whose first bits are all the same go on in pages, and are found. */
  @Test
  void keysWithTheSameBits_areFound() {
    HashTable table = smallPages(Kind.LONG, 4);
    long seed = heap.getLong(heap.resolve(table.reference()) + HashLayout.SEED);
    Map<Long, Long> expected = new HashMap<>();
    for (long key = 0; expected.size() < 60; key++) {
      if (Hashing.hash(key, seed) >>> 52 == 0x123) {
        table.put(key, -key);
        expected.put(key, -key);
        assertThat(table.verify()).isEmpty();
      }
    }
    expected.forEach((key, value) -> assertThat(table.get(key, 1)).isEqualTo(value));
    for (long key : expected.keySet()) {
      assertThat(table.remove(key)).isTrue();
      assertThat(table.verify()).isEmpty();
    }
    assertThat(Census.objects(heap)).isEqualTo(1);
  }

  @Test
  void directory_shrinksWithTheTable() {
    HashTable table = HashTable.create(heap, Kind.LONG, Kind.LONG, SEED);
    for (int i = 0; i < 10_000; i++) {
      table.put(i, i);
    }
    long many = Census.objects(heap);
    for (int i = 0; i < 9950; i++) {
      table.remove(i);
    }
    assertThat(table.verify()).isEmpty();
    assertThat(Census.objects(heap)).isLessThan(many / 8);
    long header = heap.resolve(table.reference());
    for (int i = 0; i < HashLayout.STRIPE_COUNT; i++) {
      long depth = heap.getLong(Buckets.stripe(header, i) + HashLayout.DEPTH);
      assertThat(depth).isLessThanOrEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void cursor_meetsWhatIsThereAllTheTimeOnce(Kind keys) {
    HashTable table = smallPages(keys, 6);
    boolean isLong = keys == Kind.LONG;
    for (int i = 0; i < 1000; i++) {
      put(table, i, i);
    }
    HashCursor cursor = table.cursor();
    Map<Long, Integer> met = new HashMap<>();
    int step = 0;
    for (boolean there = cursor.first(); there; there = cursor.next()) {
      long value = cursor.value();
      if (isLong) {
        assertThat(cursor.key()).isEqualTo(value);
      } else {
        assertThat(cursor.keyBytes()).isEqualTo(MapModel.keyBytes(value));
      }
      met.merge(value, 1, Integer::sum);
      // grows at first, then shrinks, both beneath the cursor
      step++;
      for (int i = 0; i < 5; i++) {
        if (step < 500) {
          put(table, 1000 + 5 * step + i, 1000 + 5 * step + i);
        } else {
          long gone = 1000 + 5L * (step - 500) + i;
          boolean _ = isLong ? table.remove(gone) : table.remove(MapModel.keyBytes(gone));
        }
      }
    }
    for (long i = 0; i < 1000; i++) {
      assertThat(met).containsEntry(i, 1);
    }
    assertThat(met.values()).containsOnly(1);
    assertThat(table.verify()).isEmpty();
  }

  private static void put(HashTable table, long key, long value) {
    if (table.keys() == Kind.LONG) {
      table.put(key, value);
    } else {
      table.put(MapModel.keyBytes(key), value);
    }
  }
}
