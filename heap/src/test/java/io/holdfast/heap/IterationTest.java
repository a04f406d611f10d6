package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Walking over all objects of the explicit layer, and counting what is in the heap. */
final class IterationTest extends HeapContract {

  /** An interface: its objects, and the catalogue's, are not of the explicit layer. */
  @Persistent
  public interface Typed {
    /** {@return a text} */
    String text();

    /**
     * Sets it.
     *
     * @param value the text
     */
    void text(String value);
  }

  private List<Long> all() {
    List<Long> found = new ArrayList<>();
    for (long at = heap.objects().first(); at != 0; at = heap.objects().next(at)) {
      found.add(at);
    }
    return found;
  }

  private List<Long> all(int type) {
    List<Long> found = new ArrayList<>();
    for (long at = heap.objects().first(type); at != 0; at = heap.objects().next(at, type)) {
      found.add(at);
    }
    return found;
  }

  @Test
  void objects_areFoundInOrder_allAndByType() {
    assertThat(all()).isEmpty();
    long seed = Long.getLong("holdfast.seed", new Random().nextLong());
    Random random = new Random(seed);
    TreeMap<Long, Integer> expected = new TreeMap<>();
    for (int round = 0; round < 400; round++) {
      if (random.nextInt(4) == 0 && !expected.isEmpty()) {
        Long key = expected.ceilingKey(random.nextLong(heap.size()));
        long address = key == null ? expected.firstKey() : key;
        free(address);
        expected.remove(address);
      } else {
        int byteSize = 1 + random.nextInt(random.nextInt(20) == 0 ? 40_000 : 600);
        int type = random.nextInt(3);
        expected.put(heap.objects().allocate(byteSize, type, 0), type);
      }
      if (round % 100 == 50) {
        reopen();
      }
    }
    heap.root(Typed.class).text("its value has an object of its own");
    assertThat(all()).as("seed %d", seed).containsExactlyElementsOf(expected.keySet());
    for (int type = 0; type < 4; type++) {
      int wanted = type;
      List<Long> ofType =
          expected.entrySet().stream()
              .filter(e -> e.getValue() == wanted)
              .map(Map.Entry::getKey)
              .toList();
      assertThat(all(type)).containsExactlyElementsOf(ofType);
      assertThat(heap.objects().count(type)).isEqualTo(ofType.size());
    }
    assertThat(heap.objects().count()).isEqualTo(expected.size());
  }

  @Test
  void next_afterAnObjectThatWasFreed_goesOn() {
    List<Long> made = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      made.add(allocated(i % 5 == 0 ? 9000 : 200));
    }
    int walked = 0;
    for (long at = heap.objects().first(); at != 0; ) {
      long next = heap.objects().next(at);
      free(at);
      assertThat(heap.objects().next(at)).isEqualTo(next);
      at = next;
      walked++;
    }
    assertThat(walked).isEqualTo(made.size());
    assertThat(all()).isEmpty();
  }

  @Test
  void insideATransaction_itsOwnFreesAreSeen() {
    long kept = allocated(100);
    long freed = allocated(100);
    heap.transact(
        () -> {
          heap.tx().free(freed);
          heap.tx().allocate(100, 0);
          assertThat(all()).containsExactly(kept);
        });
    assertThat(all()).hasSize(2).contains(kept);
    assertThat(heap.<List<Long>, RuntimeException>read(() -> all())).isEqualTo(all());
  }

  @Test
  void first_wrongTypeOrClosedHeap_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> heap.objects().first(65536));
    assertThatIllegalArgumentException().isThrownBy(() -> heap.objects().count(-1));
    HeapObjects objects = heap.objects();
    reopen();
    assertThatIllegalStateException().isThrownBy(objects::first);
  }

  @Test
  void statistics_countObjectsAndBytes() {
    HeapStatistics empty = heap.statistics();
    assertThat(empty.objects()).isZero();
    assertThat(empty.allocatedBytes()).isZero();
    assertThat(empty.fragmentation()).isEqualTo(1);
    List<Long> small = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      small.add(allocated(104)); // a block of 112 bytes with its header
    }
    long large = allocated(20_000);
    for (int round = 0; round < 2; round++) {
      HeapStatistics full = heap.statistics();
      assertThat(full.objects()).isEqualTo(201);
      assertThat(full.smallBytes()).isEqualTo(200 * 112);
      assertThat(full.largeBytes()).isEqualTo(5 * 4096);
      assertThat(full.allocatedBytes()).isEqualTo(full.smallBytes() + full.largeBytes());
      assertThat(full.slabBytes()).isBetween(full.smallBytes(), 3 * full.smallBytes());
      assertThat(full.sizeBytes()).isEqualTo(heap.size());
      assertThat(full.limitBytes()).isEqualTo(heap.limit());
      assertThat(full.records()).isGreaterThan(empty.records() + 200);
      reopen();
    }
    long records = heap.statistics().records();
    free(large);
    assertThat(heap.statistics().records()).isEqualTo(records + 1);
    for (int i = 0; i < 150; i++) {
      free(small.get(i));
    }
    HeapStatistics less = heap.statistics();
    assertThat(less.objects()).isEqualTo(50);
    assertThat(less.smallBytes()).isEqualTo(50 * 112);
    assertThat(less.largeBytes()).isZero();
    assertThat(less.fragmentation()).isGreaterThan(3);
  }
}
