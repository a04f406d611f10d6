package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.Operation;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two watermark lines: one of them may be lost. */
final class WatermarkTest {
  private static final Watermark OLD = new Watermark(4, 10, 99);
  private static final Watermark YOUNG = new Watermark(5, 20, 99);

  private final SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
  private PmemFile file;

  @BeforeEach
  void createFile() {
    file = medium.create(Path.of("/simulated/watermark.heap"));
    file.allocate(0, 20480);
    OLD.format(file);
  }

  private void flip(long offset, int bit) {
    MemorySegment one = MemorySegment.ofArray(new byte[1]);
    file.read(offset, one);
    byte old = one.get(ValueLayout.JAVA_BYTE, 0);
    one.set(ValueLayout.JAVA_BYTE, 0, (byte) (old ^ 1 << bit));
    file.write(offset, one);
  }

  @Test
  void persisted_isReadBack() {
    YOUNG.persist(file);
    assertThat(Watermark.read(file)).isEqualTo(YOUNG);
  }

  @Test
  void successors_haveGreaterEpochs() {
    assertThat(OLD.advancedTo(15)).isEqualTo(new Watermark(5, 15, 99));
    assertThat(OLD.renewed(15, 7)).isEqualTo(new Watermark(5, 15, 7));
  }

  @Test
  void onlyTheFirstLineWritten_theYoungerOneCounts() {
    medium.failAt(Operation.WRITE, 2);
    assertThatThrownBy(() -> YOUNG.persist(file)).isInstanceOf(SystemCallException.class);
    assertThat(Watermark.read(file)).isEqualTo(YOUNG);
  }

  @Test
  void onlyTheSecondLineIsOfTheYoungerOne_itCounts() {
    MemorySegment old = MemorySegment.ofArray(new byte[64]);
    file.read(HeapLayout.WATERMARK_A_OFFSET, old);
    YOUNG.persist(file);
    file.write(HeapLayout.WATERMARK_A_OFFSET, old);
    assertThat(Watermark.read(file)).isEqualTo(YOUNG);
  }

  @ParameterizedTest
  @ValueSource(longs = {HeapLayout.WATERMARK_A_OFFSET, HeapLayout.WATERMARK_B_OFFSET})
  void anyBitOfOneLineDamaged_theOtherCounts(long line) {
    for (int at = 0; at < 28; at++) {
      for (int bit = 0; bit < 8; bit++) {
        YOUNG.persist(file);
        flip(line + at, bit);
        assertThat(Watermark.read(file)).as("bit %d of byte %d", bit, at).isEqualTo(YOUNG);
      }
    }
  }

  @Test
  void bothLinesDamaged_isReported() {
    flip(HeapLayout.WATERMARK_A_OFFSET + 3, 1);
    flip(HeapLayout.WATERMARK_B_OFFSET + 17, 5);
    assertThatThrownBy(() -> Watermark.read(file))
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessageContaining("watermark.heap");
  }

  @Test
  void linesOfZeros_areNoWatermark() {
    file.write(HeapLayout.WATERMARK_A_OFFSET, MemorySegment.ofArray(new byte[64]));
    assertThat(Watermark.read(file)).isEqualTo(OLD);
    file.write(HeapLayout.WATERMARK_B_OFFSET, MemorySegment.ofArray(new byte[64]));
    assertThatThrownBy(() -> Watermark.read(file)).isInstanceOf(PoolCorruptedException.class);
  }
}
