package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
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
      long freed = ObjectHeader.freed(header, 4096);
      assertThat(ObjectHeader.isLive(freed)).isFalse();
      assertThat(ObjectHeader.type(freed)).isEqualTo(type);
      assertThat(ObjectHeader.generation(freed)).isEqualTo(generation);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 12345, LAST_GENERATION})
  void nextGeneration_afterAFreedObject_isTheNextOne(int generation) {
    long freed = ObjectHeader.freed(ObjectHeader.of(17, generation), 4096);
    assertThat(ObjectHeader.nextGeneration(freed, 4096, 5))
        .isEqualTo(generation == LAST_GENERATION ? 1 : generation + 1);
  }

  /**
   * Zeros, a number, the header of a living object elsewhere, the beginning of a record's entry.
   */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0x8_4BE0, 1L << 44 | 7, 0x1080_0000_0008_4BE0L, -1})
  void nextGeneration_whereSomethingElseHasLain_isHardlyEverTheSame(long found) {
    Set<Long> generations = new HashSet<>();
    for (long sequence = 0; sequence < 1000; sequence++) {
      long next = ObjectHeader.nextGeneration(found, 1 << 20, sequence);
      assertThat(next).isBetween(1L, (long) LAST_GENERATION);
      generations.add(next);
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
