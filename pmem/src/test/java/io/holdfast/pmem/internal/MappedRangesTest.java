package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.AddressReservation;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MappedRangesTest {
  private static final MapConfig CONFIG =
      MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);

  private static MappedPmem anonymous() {
    return anonymous(CONFIG);
  }

  private static MappedPmem anonymous(MapConfig config) {
    return (MappedPmem) SystemMedium.INSTANCE.map(PmemSource.anonymous(8192), config);
  }

  private static MemorySegment at(long address) {
    return MemorySegment.ofAddress(address);
  }

  private static boolean intersects(long start, long end) {
    return MappedRanges.intersect(at(start), 0, end - start);
  }

  @Test
  void intersect_aroundARange_knowsItsBounds() {
    MappedPmem map = anonymous();
    long start = map.address();
    assertThat(intersects(start, start + 1)).isTrue();
    assertThat(intersects(start + 8191, start + 8192)).isTrue();
    assertThat(intersects(start - 1, start + 1)).isTrue();
    assertThat(intersects(start - 100, start + 10_000)).isTrue();
    assertThat(intersects(start - 10, start)).isFalse();
    assertThat(intersects(start + 8192, start + 9000)).isFalse();
    assertThat(MappedRanges.intersect(at(start - 10), 10, 1)).isTrue();

    map.close();
    assertThat(intersects(start, start + 1)).isFalse();
  }

  @Test
  void intersect_heapMemory_isNever() {
    assertThat(MappedRanges.intersect(MemorySegment.ofArray(new byte[8]), 0, 8)).isFalse();
  }

  @Test
  void find_insideAndOutside_tellsWhoseTheAddressIs() {
    MappedPmem first = anonymous();
    MappedPmem second = anonymous();
    for (MappedPmem map : List.of(first, second)) {
      long start = map.segment().address();
      assertThat(MappedRanges.find(start)).isSameAs(map);
      assertThat(MappedRanges.find(start + 8191)).isSameAs(map);
      assertThat(MappedRanges.find(start - 1)).isNotSameAs(map);
      assertThat(MappedRanges.find(start + 8192)).isNotSameAs(map);
      assertThat(MappedRanges.nextBound(start)).isEqualTo(start + 8192);
    }
    long start = first.segment().address();
    first.close();
    assertThat(MappedRanges.find(start)).isNull();
    assertThat(MappedRanges.find(second.segment().address())).isSameAs(second);
    second.close();
  }

  /** Ranges that touch have equal bounds, of which removing one must leave the other. */
  @Test
  void remove_amongNeighbours_keepsTheOthers() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<MappedPmem> maps = new ArrayList<>();
    AddressReservation reservation = AddressReservation.of(20 * 8192);
    for (int i = 0; i < 20; i++) {
      maps.add(anonymous(CONFIG.withReservation(reservation, 8192L * i)));
    }
    while (!maps.isEmpty()) {
      MappedPmem removed = maps.remove(random.nextInt(maps.size()));
      removed.close();
      assertThat(intersects(removed.address(), removed.address() + 8192))
          .as("seed %d", seed)
          .isFalse();
      for (MappedPmem kept : maps) {
        assertThat(intersects(kept.address(), kept.address() + 1)).as("seed %d", seed).isTrue();
        assertThat(MappedRanges.find(kept.address() + 8191)).as("seed %d", seed).isSameAs(kept);
      }
    }
    reservation.close();
    try (Arena arena = Arena.ofConfined()) {
      assertThat(MappedRanges.intersect(arena.allocate(64), 0, 64)).isFalse();
    }
  }
}
