package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The sizes of small objects, all of them. */
final class SizeClassesTest {

  @Test
  void everySize_fitsTheSmallestBlockThatHoldsIt() {
    for (int bytes = 1; bytes <= SizeClasses.MAX_BLOCK_BYTES; bytes++) {
      int sizeClass = SizeClasses.classOf(bytes);
      assertThat(SizeClasses.blockBytes(sizeClass)).isGreaterThanOrEqualTo(bytes);
      if (sizeClass > 0) {
        assertThat(SizeClasses.blockBytes(sizeClass - 1)).isLessThan(bytes);
      }
    }
    assertThat(SizeClasses.classOf(SizeClasses.MAX_BLOCK_BYTES)).isEqualTo(SizeClasses.COUNT - 1);
  }

  @Test
  void everySizeAbove128_wastesAtMostAnEighthOfItsBlock() {
    for (int bytes = 129; bytes <= SizeClasses.MAX_BLOCK_BYTES; bytes++) {
      int block = SizeClasses.blockBytes(SizeClasses.classOf(bytes));
      assertThat(block - bytes).as("%d bytes", bytes).isLessThanOrEqualTo(block / 8);
    }
  }

  @Test
  void everyBlock_liesWithinItsSlabBehindTheBitmap_withItsObjectAtAMultipleOf16() {
    for (int c = 0; c < SizeClasses.COUNT; c++) {
      int blocks = SizeClasses.blocks(c);
      int block = SizeClasses.blockBytes(c);
      int slabBytes = SizeClasses.pages(c) * HeapLayout.PAGE_BYTES;
      assertThat(blocks).isPositive();
      assertThat(block % 16).isZero();
      assertThat(SizeClasses.bitmapWords(c) * 64).isGreaterThanOrEqualTo(blocks);
      assertThat(SizeClasses.dataOffset(c)).isGreaterThanOrEqualTo(SizeClasses.bitmapWords(c) * 8);
      assertThat((SizeClasses.dataOffset(c) + HeapLayout.OBJECT_HEADER_BYTES) % 16).isZero();
      int end = SizeClasses.dataOffset(c) + blocks * block;
      assertThat(end).isLessThanOrEqualTo(slabBytes);
      assertThat(slabBytes - end).as("room for one more in class %d", c).isLessThan(block + 24);
    }
  }
}
