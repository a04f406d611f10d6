package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Allocation, freeing, references and generations. */
final class ObjectTest extends HeapContract {

  @Test
  void allocate_anySize_givesAlignedZeroedRoomThatIsNobodyElses() {
    Map<Long, Integer> sizes = new TreeMap<>();
    for (int size = 1; size < 20_000; size += 1 + size / 16) {
      int byteSize = size;
      long address = allocated(byteSize);
      assertThat(address % 16).isZero();
      assertThat(heap.usableSize(address)).isGreaterThanOrEqualTo(byteSize);
      assertThat(bytes(address, byteSize)).containsOnly(0);
      putBytes(address, filled(byteSize, sizes.size()));
      sizes.put(address, byteSize);
    }
    reopen();
    Set<Byte> contents = new HashSet<>();
    sizes.forEach(
        (address, size) -> {
          byte first = heap.getByte(address);
          assertThat(bytes(address, size)).containsOnly(first);
          contents.add(first);
        });
    assertThat(contents).hasSize(Math.min(256, sizes.size()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24, 200, 1016, 1017, 8184, 8185, 50_000})
  void allocate_whereAnObjectWas_isZeroed(int byteSize) {
    long first = allocated(byteSize);
    putBytes(first, filled(byteSize, 0xFF));
    free(first);
    reopen(); // its space may be used again
    assertThat(allocated(byteSize)).isEqualTo(first);
    assertThat(bytes(first, byteSize)).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 1017, 5000, 20_000})
  void usableSize_allOfItMayBeUsed(int byteSize) {
    List<Long> neighbours = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      neighbours.add(allocated(byteSize));
    }
    int usable = (int) heap.usableSize(neighbours.get(0));
    for (int i = 0; i < 5; i++) {
      putBytes(neighbours.get(i), filled(usable, i));
    }
    reopen();
    for (int i = 0; i < 5; i++) {
      assertThat(heap.usableSize(neighbours.get(i))).isEqualTo(usable);
      assertThat(bytes(neighbours.get(i), usable)).containsOnly(i);
    }
  }

  @Test
  void allocate_impossibleSizeOrType_isRefused() {
    for (long size : new long[] {0, -1, Long.MIN_VALUE, heap.limit() + 1, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> allocated(size))
          .withMessageContaining(Long.toString(size));
    }
    for (int type : new int[] {-1, 65536}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> heap.transact(() -> heap.tx().allocate(8, type)))
          .withMessageContaining(Integer.toString(type));
    }
  }

  @Test
  void typeOf_isWhatItWasAllocatedWith() {
    List<Long> addresses =
        List.of(
            heap.transact(() -> heap.tx().allocate(8, 0)),
            heap.transact(() -> heap.tx().allocate(4000, 65535)),
            heap.transact(() -> heap.tx().allocate(40_000, 17)));
    reopen();
    assertThat(addresses).extracting(heap::typeOf).containsExactly(0, 65535, 17);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 2000, 20_000})
  void reference_namesItsObjectUntilThatIsFreed(int byteSize) {
    long address = allocated(byteSize);
    long reference = heap.reference(address);
    assertThat(heap.resolve(reference)).isEqualTo(address);
    reopen();
    assertThat(heap.resolve(reference)).isEqualTo(address);
    assertThat(heap.isLive(reference)).isTrue();

    heap.transact(
        () -> {
          heap.tx().free(address);
          assertThat(heap.isLive(reference)).isFalse();
          assertThatIllegalStateException().isThrownBy(() -> heap.resolve(reference));
        });

    assertThat(heap.isLive(reference)).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> heap.resolve(reference))
        .withMessageContaining(Long.toString(address));
    assertThatIllegalArgumentException().isThrownBy(() -> heap.reference(address));
    reopen();
    assertThat(heap.isLive(reference)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 2000, 20_000})
  void reference_toAFreedObject_doesNotNameItsSuccessor(int byteSize) {
    long address = allocated(byteSize);
    long reference = heap.reference(address);
    for (int i = 0; i < 3; i++) {
      free(address);
      reopen(); // its space may be used again
      assertThat(allocated(byteSize)).isEqualTo(address);
      assertThat(heap.isLive(reference)).isFalse();
      assertThat(heap.isLive(heap.reference(address))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 2000, 20_000})
  void reference_toAnObjectThatWasNeverCommitted_doesNotNameALaterOne(int byteSize) {
    Set<Long> references = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      heap.transact(
          () -> {
            long address = heap.tx().allocate(byteSize, 0);
            assertThat(references.add(heap.reference(address))).isTrue();
            heap.tx().free(address);
          });
      IllegalArgumentException abort = new IllegalArgumentException("abort");
      assertThatThrownBy(
              () ->
                  heap.transact(
                      () -> {
                        long address = heap.tx().allocate(byteSize, 0);
                        assertThat(references.add(heap.reference(address))).isTrue();
                        throw abort;
                      }))
          .isSameAs(abort);
    }
    for (int i = 0; i < 3; i++) {
      assertThat(references.add(heap.reference(allocated(byteSize)))).isTrue();
    }
  }

  @Test
  void reference_zero_isNoObject() {
    assertThat(heap.resolve(0)).isZero();
    assertThat(heap.isLive(0)).isFalse();
    assertThat(heap.root()).isZero();
  }

  @Test
  void reference_madeUp_isNotLive() {
    long real = heap.reference(allocated(64));
    for (long made :
        new long[] {-1, 1, Long.MIN_VALUE, Long.MAX_VALUE, real + 1, real + (1L << 44)}) {
      assertThat(heap.isLive(made)).as("%#x", made).isFalse();
      assertThatIllegalStateException().isThrownBy(() -> heap.resolve(made));
    }
  }

  @Test
  void putRoot_survives_andZeroTakesItAway() {
    long reference = heap.reference(allocated(64));
    heap.transact(
        () -> {
          heap.tx().putRoot(reference);
          assertThat(heap.root()).isEqualTo(reference);
        });
    reopen();
    assertThat(heap.root()).isEqualTo(reference);
    heap.transact(() -> heap.tx().putRoot(0));
    reopen();
    assertThat(heap.root()).isZero();
  }

  @Test
  void putRoot_freedObject_isRefused() {
    long address = allocated(64);
    long reference = heap.reference(address);
    free(address);
    assertThatIllegalStateException()
        .isThrownBy(() -> heap.transact(() -> heap.tx().putRoot(reference)));
    assertThat(heap.root()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 3000, 20_000})
  void free_whatIsNoObject_isRefusedAndChangesNothing(int byteSize) {
    long address = allocated(byteSize);
    putBytes(address, filled(byteSize, 5));
    for (long wrong :
        new long[] {
          0,
          8,
          -16,
          16384,
          address + 8,
          address - 8,
          address + 16,
          address + 4096,
          heap.size(),
          heap.size() - 16,
          heap.limit(),
          Long.MAX_VALUE,
          Long.MIN_VALUE
        }) {
      assertThatIllegalArgumentException()
          .as("%d", wrong)
          .isThrownBy(() -> free(wrong))
          .withMessageContaining(path().toString());
    }
    assertThat(bytes(address, byteSize)).containsOnly(5);
    free(address);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 3000, 20_000})
  void free_twice_isRefused(int byteSize) {
    long address = allocated(byteSize);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().free(address);
                      heap.tx().free(address);
                    }));
    assertThat(heap.isLive(heap.reference(address))).as("the transaction aborted").isTrue();
    free(address);
    assertThatIllegalArgumentException().isThrownBy(() -> free(address));
    reopen();
    assertThatIllegalArgumentException().isThrownBy(() -> free(address));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 3000, 20_000})
  void free_ownNewObject_leavesNothing(int byteSize) {
    long kept = allocated(byteSize);
    putBytes(kept, filled(byteSize, 1));
    long sizeBefore = heap.size();
    List<Long> references = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      heap.transact(
          () -> {
            long address = heap.tx().allocate(byteSize, 3);
            heap.tx().putBytes(address, filled(byteSize, 9), 0, byteSize);
            references.add(heap.reference(address));
            heap.tx().free(address);
            assertThat(heap.isLive(references.getLast())).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> heap.usableSize(address));
          });
      heap.transact(
          () -> {
            for (int n = 0; n < MIB / 20 / byteSize; n++) {
              heap.tx().free(heap.tx().allocate(byteSize, 3));
            }
          });
    }
    assertThat(references).noneMatch(heap::isLive);
    assertThat(heap.size()).as("no space is lost").isLessThan(sizeBefore + 2 * MIB);
    assertThat(bytes(kept, byteSize)).containsOnly(1);
  }

  @Test
  void free_oneOfSeveralNewObjects_keepsTheOthers() {
    long[] addresses =
        heap.transact(
            () -> {
              long[] created = new long[9];
              for (int i = 0; i < created.length; i++) {
                int byteSize = new int[] {64, 3000, 20_000}[i % 3];
                created[i] = heap.tx().allocate(byteSize, 0);
                heap.tx().putBytes(created[i], filled(byteSize, i + 1), 0, byteSize);
              }
              for (int i = 0; i < 3; i++) {
                heap.tx().free(created[i]);
              }
              return created;
            });
    reopen();
    for (int i = 3; i < addresses.length; i++) {
      int byteSize = new int[] {64, 3000, 20_000}[i % 3];
      assertThat(bytes(addresses[i], byteSize)).containsOnly(i + 1);
      free(addresses[i]);
    }
    for (int i = 0; i < 3; i++) {
      long address = addresses[i];
      assertThatIllegalArgumentException().isThrownBy(() -> free(address));
    }
  }

  @Test
  void usableSize_noObject_isRefused() {
    long address = allocated(64);
    assertThatIllegalArgumentException().isThrownBy(() -> heap.usableSize(address + 16));
    free(address);
    assertThatIllegalArgumentException().isThrownBy(() -> heap.usableSize(address));
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 1000, 1030, 1500, 2300, 9000})
  void usableBytesBeyondTheSize_writtenTogetherWithThoseBefore_keepTheLastValue(int size) {
    int last = (size - 8) & -8;
    long address =
        heap.transact(
            () -> {
              long made = heap.tx().allocate(size, 0);
              int rest = (int) (heap.usableSize(made) - last);
              heap.tx().putBytes(made + last, filled(rest, 1), 0, rest);
              heap.tx().putLong(made + last, 2);
              return made;
            });
    assertThat(heap.getLong(address + last)).isEqualTo(2);
  }
}
