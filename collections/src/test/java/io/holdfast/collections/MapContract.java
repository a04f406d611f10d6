package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.heap.internal.Census;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every persistent map promises, whatever its kinds. */
abstract class MapContract {
  static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());
  private static final Path FILE = Path.of("/pools/maps.heap");
  private static final long MIB = 1 << 20;

  final Random random = new Random(SEED);
  private Medium medium;
  Heap heap;

  abstract PersistentMap create(Kind keys, Kind values);

  abstract PersistentMap open(long reference);

  @BeforeEach
  void createHeap() {
    System.out.println(getClass().getSimpleName() + " seed " + SEED);
    medium = SimulatedMedium.of(Granularity.CACHE_LINE);
    heap =
        Heap.create(
            FILE, HeapOptions.defaults().withSize(MIB).withLimit(256 * MIB).withMedium(medium));
  }

  @AfterEach
  void closeHeap() {
    heap.close();
  }

  void reopen() {
    heap.close();
    heap = Heap.open(FILE, HeapOptions.defaults().withMedium(medium));
  }

  @ParameterizedTest
  @CsvSource({"LONG,LONG", "LONG,BYTES", "BYTES,LONG", "BYTES,BYTES"})
  void operations_equalThoseOfAModel(Kind keys, Kind values) {
    PersistentMap map = create(keys, values);
    long reference = map.reference();
    MapModel model = new MapModel(map);
    for (int phase = 0; phase < 6; phase++) {
      int removes = phase % 2 == 0 ? 2 : 7;
      for (int i = 0; i < 1000; i++) {
        model.operate(random, 1500, removes);
      }
      model.assertEqual();
      if (phase == 3) {
        reopen();
        MapModel reopened = new MapModel(open(reference));
        reopened.expected = model.expected;
        model = reopened;
        model.assertEqual();
      }
    }
    for (int key = 0; key < 1500; key++) {
      assertThat(model.remove(key)).isEqualTo(model.expected.remove(model.modelKey(key)) != null);
    }
    model.assertEqual();
  }

  @ParameterizedTest
  @CsvSource({"LONG,LONG", "BYTES,BYTES"})
  void removedClearedAndDestroyed_leavesNothing(Kind keys, Kind values) {
    for (int round = 0; round < 3; round++) {
      PersistentMap map = create(keys, values);
      MapModel model = new MapModel(map);
      for (int key = 0; key < 700; key++) {
        model.put(Change.PUT, key * 7919L % 1000, key);
        model.put(Change.PUT, key * 7919L % 1000, key + 1);
      }
      assertThat(Census.objects(heap)).isEqualTo(map.objects());
      if (round == 0) {
        for (int key = 0; key < 1000; key++) {
          model.remove(key);
        }
        assertThat(Census.objects(heap)).isEqualTo(1);
      } else if (round == 1) {
        map.clear();
        assertThat(Census.objects(heap)).isEqualTo(1);
        assertThat(map.isEmpty()).isTrue();
        assertThat(map.verify()).isEmpty();
      }
      map.destroy();
      assertThat(Census.objects(heap)).isZero();
      assertThatThrownBy(map::size).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void transaction_joinsAndAborts() {
    PersistentMap map = create(Kind.LONG, Kind.LONG);
    PersistentMap other = create(Kind.LONG, Kind.BYTES);
    map.put(1, 10);
    IllegalArgumentException expected = new IllegalArgumentException("abort");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      for (int i = 0; i < 200; i++) {
                        map.put(i, i);
                        other.put(i, new byte[i]);
                      }
                      assertThat(map.get(1, -1)).isEqualTo(1);
                      assertThat(map.size()).isEqualTo(200);
                      assertThat(map.verify()).isEmpty();
                      throw expected;
                    }))
        .isSameAs(expected);
    assertThat(map.get(1, -1)).isEqualTo(10);
    assertThat(map.size()).isEqualTo(1);
    assertThat(other.isEmpty()).isTrue();
    heap.transact(
        map.locks(),
        () -> {
          map.put(1, 11);
          map.put(2, 12);
          other.put(3, new byte[3]);
          assertThat(other.getBytes(3)).hasSize(3);
        });
    assertThat(map.get(1, -1)).isEqualTo(11);
    assertThat(map.get(2, -1)).isEqualTo(12);
    assertThat(other.contains(3)).isTrue();
  }

  @Test
  void destroyed_inAnAbortedTransaction_isThereAgain() {
    PersistentMap map = create(Kind.LONG, Kind.LONG);
    map.put(5, 6);
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      map.destroy();
                      throw new IllegalArgumentException("abort");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(map.get(5, -1)).isEqualTo(6);
    assertThat(map.verify()).isEmpty();
  }

  @Test
  void bytes_ofAnySize_areKept() {
    PersistentMap map = create(Kind.BYTES, Kind.BYTES);
    int[] sizes = {0, 1, 7, 8, 9, 1000, 1023, 4096, 50_000};
    for (int size : sizes) {
      byte[] key = new byte[size];
      random.nextBytes(key);
      byte[] value = new byte[size * 2];
      random.nextBytes(value);
      map.put(key, value);
      assertThat(map.getBytes(key)).isEqualTo(value);
      byte[] part = new byte[5];
      assertThat(map.get(key, part)).isEqualTo(value.length);
      map.put(key, part);
      assertThat(map.getBytes(key)).isEqualTo(part);
    }
    assertThat(map.size()).isEqualTo(sizes.length);
    assertThat(map.verify()).isEmpty();
  }

  @Test
  void wrongKind_isRefused() {
    PersistentMap map = create(Kind.LONG, Kind.BYTES);
    assertThatThrownBy(() -> map.put(1, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("keys of LONG and values of BYTES");
    assertThatThrownBy(() -> map.get(new byte[1], 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> map.remove(new byte[1])).isInstanceOf(IllegalStateException.class);
    assertThat(map.isEmpty()).isTrue();
  }

  @Test
  void open_ofSomethingElse_isRefused() {
    long other = heap.transact(() -> heap.reference(heap.tx().allocate(200, 3)));
    assertThatThrownBy(() -> open(other)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> open(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void extremeKeys_areKeysLikeOthers() {
    PersistentMap map = create(Kind.LONG, Kind.LONG);
    long[] keys = {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1, 1};
    for (long key : keys) {
      assertThat(map.put(key, key)).isTrue();
    }
    for (long key : keys) {
      assertThat(map.get(key, 7)).isEqualTo(key);
      assertThat(map.remove(key, 7)).isEqualTo(key);
      assertThat(map.remove(key, 7)).isEqualTo(7);
    }
    assertThat(map.isEmpty()).isTrue();
  }
}
