package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The word before an object, and references. */
final class ObjectHeaderTest {
  private static final int LAST_GENERATION = (1 << ObjectHeader.GENERATION_BITS) - 1;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 12345, LAST_GENERATION})
  void header_keepsItsParts(int generation) {
    for (int type : new int[] {0, 1, 65535, 65536, (1 << 24) - 1}) {
      long header = ObjectHeader.of(type, generation);
      assertThat(ObjectHeader.type(header)).isEqualTo(type);
      assertThat(ObjectHeader.generation(header)).isEqualTo(generation);
      assertThat(ObjectHeader.isLive(header)).isTrue();
      assertThat(ObjectHeader.isLive(ObjectHeader.freed(header))).isFalse();
      assertThat(ObjectHeader.generation(ObjectHeader.freed(header))).isEqualTo(generation);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 1, Long.MIN_VALUE, LAST_GENERATION, 0x1234_5678_9ABC_DEFFL})
  void nextGeneration_isNeitherZeroNorTheOneBefore(long header) {
    for (long sequence = 0; sequence < 100; sequence++) {
      long next = ObjectHeader.nextGeneration(header, 4096, sequence);
      assertThat(next).isBetween(1L, (long) LAST_GENERATION);
      assertThat(next).isNotEqualTo(ObjectHeader.generation(header));
    }
  }

  @Test
  void nextGeneration_whereNothingIsLeftOfTheOneBefore_isHardlyEverTheSame() {
    Set<Long> generations = new HashSet<>();
    for (long sequence = 0; sequence < 1000; sequence++) {
      generations.add(ObjectHeader.nextGeneration(0, 1 << 20, sequence));
    }
    assertThat(generations).hasSizeGreaterThan(990);
  }

  @ParameterizedTest
  @ValueSource(longs = {16, 4096, 1L << 40, (1L << 48) - 16})
  void reference_keepsAddressAndGeneration(long address) {
    for (int generation : new int[] {1, 777, LAST_GENERATION}) {
      long reference = ObjectHeader.reference(address, ObjectHeader.of(5, generation));
      assertThat(reference).isNotZero();
      assertThat(ObjectHeader.address(reference)).isEqualTo(address);
      assertThat(ObjectHeader.referencedGeneration(reference)).isEqualTo(generation);
    }
  }
}
