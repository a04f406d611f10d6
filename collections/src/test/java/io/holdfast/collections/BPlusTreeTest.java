package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.heap.internal.Census;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a tree promises besides being a map. */
final class BPlusTreeTest extends MapContract {

  @Override
  PersistentMap create(Kind keys, Kind values) {
    return BPlusTree.create(heap, keys, values);
  }

  @Override
  PersistentMap open(long reference) {
    return BPlusTree.open(heap, reference);
  }

  @ParameterizedTest
  @EnumSource
  void seeks_equalThoseOfATreeMap(Kind keys) {
    BPlusTree tree = BPlusTree.create(heap, keys, Kind.LONG);
    MapModel model = new MapModel(tree);
    for (int i = 0; i < 2000; i++) {
      model.operate(random, 4000, 2);
    }
    TreeCursor cursor = tree.cursor();
    for (int i = 0; i < 4000; i++) {
      long from = random.nextInt(4100) - 50L;
      byte[] name = model.modelKey(Math.max(0, from));
      long key = Math.max(0, from);
      byte[] bytes = MapModel.keyBytes(key);
      boolean isLong = keys == Kind.LONG;
      Map.Entry<byte[], byte[]> expected;
      boolean there;
      switch (i % 4) {
        case 0 -> {
          there = isLong ? cursor.ceiling(key) : cursor.ceiling(bytes);
          expected = model.expected.ceilingEntry(name);
        }
        case 1 -> {
          there = isLong ? cursor.higher(key) : cursor.higher(bytes);
          expected = model.expected.higherEntry(name);
        }
        case 2 -> {
          there = isLong ? cursor.floor(key) : cursor.floor(bytes);
          expected = model.expected.floorEntry(name);
        }
        default -> {
          there = isLong ? cursor.lower(key) : cursor.lower(bytes);
          expected = model.expected.lowerEntry(name);
        }
      }
      assertThat(there).isEqualTo(expected != null);
      if (expected != null) {
        model.assertAt(cursor, expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ranges_equalThoseOfATreeMap(Kind keys) {
    BPlusTree tree = BPlusTree.create(heap, keys, Kind.LONG);
    MapModel model = new MapModel(tree);
    for (int i = 0; i < 1500; i++) {
      model.operate(random, 2000, 2);
    }
    TreeCursor cursor = tree.cursor();
    for (int i = 0; i < 200; i++) {
      long a = random.nextInt(2000);
      long b = random.nextInt(2000);
      if (java.util.Arrays.compareUnsigned(model.modelKey(a), model.modelKey(b)) > 0) {
        long swapped = a;
        a = b;
        b = swapped;
      }
      var range = model.expected.subMap(model.modelKey(a), true, model.modelKey(b), false);
      boolean isLong = keys == Kind.LONG;
      byte[] from = MapModel.keyBytes(a);
      byte[] to = MapModel.keyBytes(b);
      boolean there = isLong ? cursor.ascend(a, b) : cursor.ascend(from, to);
      for (Map.Entry<byte[], byte[]> entry : range.entrySet()) {
        assertThat(there).isTrue();
        model.assertAt(cursor, entry);
        there = cursor.next();
      }
      assertThat(there).isFalse();
      there = isLong ? cursor.descend(a, b) : cursor.descend(from, to);
      for (Map.Entry<byte[], byte[]> entry : range.descendingMap().entrySet()) {
        assertThat(there).isTrue();
        model.assertAt(cursor, entry);
        there = cursor.previous();
      }
      assertThat(there).isFalse();
    }
  }

  /** Small nodes, so that inner nodes split, borrow and merge on every level. */
  @ParameterizedTest
  @EnumSource
  void smallNodes_behaveAsTheModel(Kind keys) {
    long reference = BPlusTree.create(heap, keys, Kind.LONG).reference();
    BPlusTree tree = new BPlusTree(reference, new Pages(heap, keys, Kind.LONG, 8), 4);
    MapModel model = new MapModel(tree);
    for (int phase = 0; phase < 10; phase++) {
      for (int i = 0; i < 500; i++) {
        model.operate(random, 800, phase % 2 == 0 ? 2 : 7);
        if (i % 50 == 0) {
          assertThat(tree.verify()).isEmpty();
        }
      }
      model.assertEqual();
    }
    for (int key = 0; key < 800; key++) {
      model.remove(key);
    }
    model.expected.clear();
    model.assertEqual();
    assertThat(Census.objects(heap)).isEqualTo(1);
  }

  @Test
  void cursor_inTheTransactionThatChanges_seesItsChanges() {
    BPlusTree tree = BPlusTree.create(heap, Kind.LONG, Kind.LONG);
    for (int i = 0; i < 500; i++) {
      tree.put(2L * i, i);
    }
    TreeCursor cursor = tree.cursor();
    heap.transact(
        () -> {
          int met = 0;
          for (boolean there = cursor.first(); there; there = cursor.next()) {
            long key = cursor.key();
            assertThat(key).isEqualTo(met);
            met++;
            if (key % 2 == 0) {
              tree.remove(key);
              tree.put(key + 1, -key);
            }
          }
          assertThat(met).isEqualTo(1000);
        });
    assertThat(tree.size()).isEqualTo(500);
    assertThat(tree.contains(2)).isFalse();
    assertThat(tree.get(3, 0)).isEqualTo(-2);
    assertThat(tree.verify()).isEmpty();
  }

  @Test
  void ascendingAndDescendingInserts_fillATreeOfThreeLevels() {
    for (int step : new int[] {1, -1}) {
      BPlusTree tree = BPlusTree.create(heap, Kind.LONG, Kind.LONG);
      for (int i = 0; i < 20_000; i++) {
        tree.put(step * ((long) i), i);
      }
      assertThat(tree.verify()).isEmpty();
      assertThat(tree.size()).isEqualTo(20_000);
      for (int i = 0; i < 20_000; i++) {
        assertThat(tree.remove(step * ((long) i), -1)).isEqualTo(i);
      }
      assertThat(tree.verify()).isEmpty();
      assertThat(tree.isEmpty()).isTrue();
    }
  }
}
