package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sizes that a heap is created with. */
final class GeometryTest {
  private static final Path PATH = Path.of("sizes.heap");

  private static MemorySegment encoded(Geometry geometry) {
    MemorySegment page = MemorySegment.ofArray(new byte[4096]);
    geometry.writeTo(page);
    return page;
  }

  @ParameterizedTest
  @ValueSource(longs = {1 << 20, 5 << 20, 100 << 20, 1L << 36, 1L << 44})
  void written_isReadBack(long limit) {
    Geometry geometry = Geometry.forLimit(limit);
    assertThat(Geometry.readFrom(encoded(geometry), PATH)).isEqualTo(geometry);
  }

  @ParameterizedTest
  @ValueSource(longs = {1 << 20, 5 << 20, 100 << 20, 1L << 36, 1L << 44})
  void parts_followEachOtherAndZonesCoverTheRest(long limit) {
    Geometry geometry = Geometry.forLimit(limit);
    assertThat(geometry.laneOffset(0)).isEqualTo(HeapLayout.LANES_OFFSET);
    for (int lane = 1; lane <= geometry.lanes(); lane++) {
      assertThat(geometry.laneOffset(lane))
          .isEqualTo(geometry.laneOffset(lane - 1) + 2 * geometry.laneHalfBytes());
    }
    assertThat(geometry.logOffset()).isEqualTo(geometry.laneOffset(geometry.lanes()));
    assertThat(geometry.firstZoneOffset())
        .isGreaterThanOrEqualTo(geometry.logOffset() + 2 * geometry.logHalfBytes())
        .isLessThan(geometry.logOffset() + 2 * geometry.logHalfBytes() + 4096);
    assertThat(geometry.firstZoneOffset() % 4096).isZero();
    assertThat(geometry.minimumBytes()).isLessThanOrEqualTo(limit);
    assertThat(geometry.tablePages() * 4096L).isGreaterThanOrEqualTo(geometry.zonePages() * 8L);
    for (int zone = 0; zone < 3; zone++) {
      long start = geometry.zoneOffset(zone);
      assertThat(geometry.zoneOf(start)).isEqualTo(zone);
      assertThat(geometry.zoneOf(start + geometry.zoneBytes() - 1)).isEqualTo(zone);
    }
  }

  @Test
  void anyBitFlipped_isRefused() {
    MemorySegment page = encoded(Geometry.forLimit(100 << 20));
    for (int at = 0; at < 40; at++) {
      for (int bit = 0; bit < 8; bit++) {
        flip(page, at, bit);
        assertThatThrownBy(() -> Geometry.readFrom(page, PATH))
            .as("bit %d of byte %d", bit, at)
            .isInstanceOf(PoolCorruptedException.class)
            .hasMessageContaining(PATH.toString());
        flip(page, at, bit);
      }
    }
    assertThat(Geometry.readFrom(page, PATH)).isEqualTo(Geometry.forLimit(100 << 20));
  }

  private static void flip(MemorySegment page, int at, int bit) {
    byte old = page.get(ValueLayout.JAVA_BYTE, at);
    page.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ 1 << bit));
  }

  @Test
  void impossibleValuesWithAValidChecksum_areRefused() {
    Geometry[] impossible = {
      new Geometry(0, 1, 256, 4096, 4096),
      new Geometry(-1, 1, 256, 4096, 4096),
      new Geometry(1 << 20, 0, 256, 4096, 4096),
      new Geometry(1 << 20, 1025, 256, 4096, 4096),
      new Geometry(1 << 20, -1, 256, 4096, 4096),
      new Geometry(1 << 20, 1, 0, 4096, 4096),
      new Geometry(1 << 20, 1, 65537, 4096, 4096),
      new Geometry(1 << 20, 1, 256, 0, 4096),
      new Geometry(1 << 20, 1, 256, 4100, 4096),
      new Geometry(1 << 20, 1, 256, 1L << 62, 4096),
      new Geometry(1 << 20, 1, 256, 4096, 0),
      new Geometry(1 << 20, 1, 256, 4096, 4100),
      new Geometry(1 << 20, 1, 256, 4096, 1L << 62),
      new Geometry(65536, 1, 256, 4096, 65536),
    };
    for (Geometry geometry : impossible) {
      assertThatThrownBy(() -> Geometry.readFrom(encoded(geometry), PATH))
          .as("%s", geometry)
          .isInstanceOf(PoolCorruptedException.class);
    }
  }
}
