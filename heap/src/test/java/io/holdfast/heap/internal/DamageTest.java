package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.TinyHeap.allocateRoot;
import static io.holdfast.heap.internal.TinyHeap.compute;
import static io.holdfast.heap.internal.TinyHeap.geometry;
import static io.holdfast.heap.internal.TinyHeap.transact;
import static io.holdfast.heap.internal.TinyHeap.tx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a heap makes of damage to its anchor and its page tables: a clear word, each time. */
final class DamageTest {
  private static final Geometry GEOMETRY = geometry(1);

  private final SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
  private long root;

  @BeforeEach
  void create() {
    try (HeapCore heap = TinyHeap.create(medium)) {
      root = allocateRoot(heap, 3000);
      compute(heap, () -> tx(heap).allocate(20_000, 2));
    }
  }

  private void store(long offset, long value) {
    try (PmemFile file = medium.open(TinyHeap.FILE, FileAccess.READ_WRITE)) {
      file.write(offset, MemorySegment.ofArray(new long[] {value}));
      file.sync();
    }
  }

  private static void use(HeapCore heap, long object) {
    transact(
        heap,
        () -> {
          tx(heap).allocate(100, 1);
          tx(heap).free(object);
        });
  }

  @Test
  void pageTable_anyWordDamaged_isReportedEachTimeAndNothingIsHandedOut() {
    BitSet inside = new BitSet(); // pages behind a first one, whose words nothing reads
    for (int page = GEOMETRY.tablePages(); page < GEOMETRY.zonePages(); page++) {
      long word = GEOMETRY.firstZoneOffset() + 8L * page;
      long sound;
      try (HeapCore heap = TinyHeap.open(medium)) {
        sound = heap.getLong(word);
        inside.set(page + 1, page + Math.max(1, (int) PageTable.pages(sound)));
      }
      store(word, sound ^ 0x0300_0000_0000_0000L);
      try (HeapCore heap = TinyHeap.open(medium)) {
        for (int i = 0; i < 3 && !inside.get(page); i++) {
          assertThatThrownBy(() -> use(heap, root))
              .as("page %d", page)
              .isInstanceOf(PoolCorruptedException.class)
              .hasMessageContaining("" + word);
        }
      }
      store(word, sound);
    }
    try (HeapCore heap = TinyHeap.open(medium)) {
      use(heap, root);
    }
  }

  @Test
  void anchor_withASizeBelowWhatIsInUse_isReported() {
    store(HeapLayout.SIZE_OFFSET, GEOMETRY.minimumBytes());
    assertThatThrownBy(
            () -> {
              try (HeapCore heap = TinyHeap.open(medium)) {
                use(heap, root);
              }
            })
        .isInstanceOf(PoolCorruptedException.class);
  }

  @Test
  void anchor_withAReferenceThatLeadsOutside_isReported() {
    for (long word : new long[] {HeapLayout.ROOT_OFFSET, HeapLayout.CATALOGUE_OFFSET}) {
      for (long reference : new long[] {1, GEOMETRY.limitBytes() >>> 4, -1}) {
        store(word, reference);
        assertThatThrownBy(() -> TinyHeap.open(medium).close())
            .isInstanceOf(PoolCorruptedException.class)
            .hasMessageContaining("offset " + word);
        store(word, 0);
      }
    }
    try (HeapCore heap = TinyHeap.open(medium)) {
      assertThat(heap.getLong(HeapLayout.ROOT_OFFSET)).isZero();
    }
  }
}
