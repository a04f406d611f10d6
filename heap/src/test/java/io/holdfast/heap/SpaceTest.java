package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.heap.internal.Geometry;
import io.holdfast.pmem.OutOfSpaceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Growing, being full, and transactions larger than the journal. */
final class SpaceTest extends HeapContract {

  @Override
  Geometry geometry() {
    return new Geometry(3 * MIB, 2, 256, 4 * KIB, 16 * KIB);
  }

  @Test
  void heap_growsByItselfUpToTheLimit_thenSaysThatItIsFull() {
    long before = heap.size();
    fill(4_000);
    assertThatThrownBy(() -> allocated(4_000))
        .isInstanceOf(OutOfSpaceException.class)
        .hasMessageContaining(path().toString())
        .hasMessageContaining(Long.toString(heap.limit()));
    assertThat(heap.size()).isGreaterThan(before).isEqualTo(heap.limit());
    reopen();
    assertThat(heap.size()).isEqualTo(heap.limit());
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 1500, 30_000})
  void fullHeap_holdsEverything_andFreedSpaceHoldsAsMuchAgain(int byteSize) {
    List<Long> first = fill(byteSize);
    assertThat(first.size() * (long) byteSize).as("bytes in objects").isGreaterThan(MIB * 3 / 2);
    assertHolds(first, byteSize);

    freeInParts(first);
    List<Long> second = fill(byteSize);

    // large records leave the free pages in other pieces
    assertThat(second).hasSizeGreaterThan(first.size() * 97 / 100);
    assertHolds(second, byteSize);
    reopen();
    assertHolds(second, byteSize);
    assertThatThrownBy(() -> allocated(200_000)).isInstanceOf(OutOfSpaceException.class);
  }

  @Test
  void fullHeap_ofSmallObjectsThatAreFreed_hasRoomForLargeOnes() {
    List<Long> small = fill(40);
    List<Long> references = new ArrayList<>();
    for (int i = 0; i < small.size(); i += 500) {
      references.add(heap.reference(small.get(i)));
    }
    freeInParts(small);

    List<Long> large = fill(100_000);

    assertThat(large).hasSizeGreaterThan(20);
    reopen();
    assertHolds(large, 100_000);
    assertThat(references).noneMatch(heap::isLive);
    freeInParts(large);
    assertThat(fill(40)).containsAnyElementsOf(small);
    assertThat(references).as("although objects live there again").noneMatch(heap::isLive);
  }

  @Test
  void fullHeap_outOfSpaceInATransaction_leavesEverythingAsItWas() {
    List<Long> objects = fill(20_000);
    long victim = objects.getFirst();
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().putLong(victim, -1);
                      heap.tx().free(objects.getLast());
                      for (int i = 0; ; i++) {
                        heap.tx().allocate(10 + i % 3 * 5000, 0);
                      }
                    }))
        .isInstanceOf(OutOfSpaceException.class);
    assertHolds(objects, 20_000);
    reopen();
    assertHolds(objects, 20_000);
  }

  @Test
  void fullHeap_canStillBeWritten() {
    List<Long> objects = fill(20_000);
    for (int round = 0; round < 3; round++) {
      for (long object : objects) {
        putLong(object + 8, round);
      }
    }
    reopen();
    assertThat(objects).allMatch(object -> heap.getLong(object + 8) == 2);
  }

  /** Allocates objects that know where they are until there is no more room. */
  private List<Long> fill(int byteSize) {
    List<Long> addresses = new ArrayList<>();
    int batch = Math.max(1, 100_000 / byteSize);
    while (batch > 0) {
      int count = batch;
      List<Long> added = new ArrayList<>();
      try {
        heap.transact(
            () -> {
              for (int i = 0; i < count; i++) {
                long address = heap.tx().allocate(byteSize, 0);
                heap.tx().putLong(address, address);
                heap.tx().putLong(address + byteSize - 8, ~address);
                added.add(address);
              }
            });
        addresses.addAll(added);
      } catch (OutOfSpaceException e) {
        batch /= 2;
      }
    }
    return addresses;
  }

  private void assertHolds(List<Long> addresses, int byteSize) {
    assertThat(addresses)
        .doesNotHaveDuplicates()
        .allMatch(at -> heap.getLong(at) == at && heap.getLong(at + byteSize - 8) == ~at);
  }

  /** Frees a thousand at a time, which takes a record larger than the journal. */
  private void freeInParts(List<Long> addresses) {
    for (int from = 0; from < addresses.size(); from += 1000) {
      List<Long> part = addresses.subList(from, Math.min(addresses.size(), from + 1000));
      heap.transact(() -> part.forEach(heap.tx()::free));
    }
  }

  @Test
  void transaction_largerThanTheJournal_commitsAsAWhole() {
    byte[] content = new byte[600_000];
    new Random(4).nextBytes(content);
    long address = allocated(content.length);
    for (int round = 0; round < 4; round++) {
      content[round] ^= 1;
      putBytes(address, content);
      assertThat(bytes(address, content.length)).isEqualTo(content);
    }
    reopen();
    assertThat(bytes(address, content.length)).isEqualTo(content);
  }

  @Test
  void transaction_largerThanTheJournalAndTheRoomLeft_isRefusedAndLeavesEverythingAsItWas() {
    byte[] content = filled(900_000, 1);
    long first = allocated(content.length);
    long second = allocated(content.length);
    putBytes(first, content);
    fill(2_000);
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().putBytes(first, filled(900_000, 2), 0, 900_000);
                      heap.tx().putBytes(second, filled(900_000, 2), 0, 900_000);
                    }))
        .isInstanceOf(OutOfSpaceException.class);
    assertThat(bytes(first, 900_000)).containsOnly(1);
    assertThat(bytes(second, 900_000)).containsOnly(0);
    free(second);
    putBytes(first, filled(600_000, 3));
    reopen();
    assertThat(bytes(first, 600_000)).containsOnly(3);
  }

  @Test
  void transaction_ofManyScatteredWrites_commitsAsAWhole() {
    long address = allocated(500_000);
    heap.transact(
        () -> {
          for (int at = 0; at < 500_000; at += 100) {
            heap.tx().putInt(address + at, at);
          }
        });
    reopen();
    for (int at = 0; at < 500_000; at += 100) {
      assertThat(heap.getInt(address + at)).isEqualTo(at);
      assertThat(heap.getInt(address + at + 4)).isZero();
    }
  }

  @Test
  void object_asLargeAsAZone_worksAndALargerOneIsRefused() {
    long largest = (geometry().zonePages() - 1) * 4096L - 16;
    long address = allocated(largest);
    assertThat(heap.usableSize(address)).isEqualTo(largest);
    putLong(address + largest - 8, 7);
    assertThatThrownBy(() -> allocated(largest + 1))
        .isInstanceOf(OutOfSpaceException.class)
        .hasMessageContaining("too large");
    reopen();
    assertThat(heap.getLong(address + largest - 8)).isEqualTo(7);
    free(address);
    reopen();
    assertThat(allocated(largest)).isEqualTo(address);
    assertThat(heap.getLong(address + largest - 8)).isZero();
  }

  @Test
  void fragmentedSpace_isJoinedAgain() {
    List<Long> objects = fill(30_000);
    for (int i = 0; i < objects.size(); i += 2) {
      free(objects.get(i));
    }
    assertThatThrownBy(() -> allocated(200_000)).isInstanceOf(OutOfSpaceException.class);
    for (int i = 1; i < objects.size(); i += 2) {
      free(objects.get(i));
    }
    assertThat(bytes(allocated(800_000), 800_000)).containsOnly(0);
  }
}
