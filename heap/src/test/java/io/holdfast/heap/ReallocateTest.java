package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.OutOfSpaceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects get another size: their content, their place, their references, and what is left. */
final class ReallocateTest extends HeapContract {

  private long resized(long address, long byteSize, int type) {
    return heap.transact(() -> heap.tx().reallocate(address, byteSize, type));
  }

  @ParameterizedTest
  @CsvSource({
    "20, 22",
    "20, 200",
    "200, 20",
    "1000, 1100",
    "1100, 1000",
    "3000, 9000",
    "9000, 3000",
    "8185, 8184",
    "10000, 100000",
    "100000, 10000",
    "10000, 10001",
    "50000, 4097",
    "5000, 300000"
  })
  void reallocate_keepsContentAndZeroesWhatIsNew(int before, int after) {
    long old = allocated(before);
    int usable = (int) heap.usableSize(old);
    putBytes(old, filled(usable, 3));
    long oldReference = heap.reference(old);

    long address = resized(old, after, 9);

    for (int round = 0; round < 2; round++) {
      assertThat(heap.typeOf(address)).isEqualTo(9);
      assertThat(heap.usableSize(address)).isGreaterThanOrEqualTo(after);
      int kept = Math.min(usable, after);
      assertThat(bytes(address, kept)).containsOnly(3);
      assertThat(bytes(address + kept, after - kept)).isEqualTo(new byte[after - kept]);
      assertThat(heap.isLive(oldReference)).isEqualTo(address == old);
      reopen();
    }
    putBytes(address, filled((int) heap.usableSize(address), 4));
    free(address);
    assertThat(heap.isLive(oldReference)).isFalse();
  }

  @Test
  void reallocate_withinABlockOrToFewerPages_staysWhereItIs() {
    long small = allocated(100);
    assertThat(resized(small, 97, 0)).isEqualTo(small);
    long large = allocated(100_000);
    allocated(20_000); // behind it
    long reference = heap.reference(large);
    assertThat(resized(large, 50_000, 0)).isEqualTo(large);
    assertThat(heap.usableSize(large)).isLessThan(55_000);
    assertThat(heap.isLive(reference)).isTrue();
    reopen(); // the pages it has lost may be used again
    assertThat(resized(large, 100_000, 0)).isEqualTo(large);
  }

  @Test
  void reallocate_freePagesBehind_growsWhereItIs() {
    long large = allocated(20_000);
    putLong(large + 19_992, 1); // little, so that no part of a record is put behind the object
    for (int size = 30_000; size < 300_000; size += 30_000) {
      assertThat(resized(large, size, 0)).as("%d", size).isEqualTo(large);
      putLong(large + size - 8, size);
    }
    reopen();
    assertThat(heap.getLong(large + 19_992)).isEqualTo(1);
    for (int size = 30_000; size < 300_000; size += 30_000) {
      assertThat(heap.getLong(large + size - 8)).isEqualTo(size);
      assertThat(bytes(large + size - 2008, 2000)).containsOnly(0);
    }
  }

  @Test
  void reallocate_thenWrittenAcrossTheOldEnd_keepsEveryByte() {
    long large = allocated(10_000);
    int usable = (int) heap.usableSize(large);
    heap.transact(
        () -> {
          long grown = heap.tx().reallocate(large, 40_000, 0);
          assertThat(grown).isEqualTo(large);
          long end = large + usable;
          heap.tx().putBytes(end - 300, filled(9000, 5), 0, 9000);
          heap.tx().putLong(end - 3, 0x0807060504030201L);
          heap.tx().putLong(end, 77);
          assertThat(heap.getLong(end)).isEqualTo(77);
          assertThat(bytes(end - 4, 4)).containsExactly(5, 1, 2, 3);
        });
    for (int round = 0; round < 2; round++) {
      long end = large + usable;
      assertThat(heap.getLong(end)).isEqualTo(77);
      assertThat(bytes(end - 4, 4)).containsExactly(5, 1, 2, 3);
      assertThat(bytes(end - 300, 297)).containsOnly(5);
      assertThat(bytes(end + 8, 8692)).containsOnly(5);
      assertThat(bytes(end + 8700, 100)).containsOnly(0);
      reopen();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 2000, 20_000})
  void reallocate_aborted_changesNothing(int before) {
    long address = allocated(before);
    putBytes(address, filled(before, 6));
    int usable = (int) heap.usableSize(address);
    for (int after : new int[] {before / 2, before + 1, 3 * before, 100_000}) {
      RuntimeException abort = new RuntimeException("abort");
      assertThatThrownBy(
              () ->
                  heap.transact(
                      () -> {
                        long moved = heap.tx().reallocate(address, after, 3);
                        heap.tx().putBytes(moved, filled(after, 8), 0, after);
                        throw abort;
                      }))
          .isSameAs(abort);
      assertThat(heap.usableSize(address)).isEqualTo(usable);
      assertThat(heap.typeOf(address)).isZero();
      assertThat(bytes(address, before)).containsOnly(6);
    }
    long size = heap.size();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(
              () ->
                  heap.transact(
                      () -> {
                        heap.tx().reallocate(address, 500_000, 3);
                        throw new IllegalStateException("abort");
                      }))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(heap.size()).as("no space is lost").isLessThan(size + 2L * MIB);
  }

  /** Any sequence of sizes in transactions of several steps, against a copy in DRAM. */
  @Test
  void randomSizes_inTransactionsThatMayAbort_keepTheContent() {
    long seed = Long.getLong("holdfast.seed", new Random().nextLong());
    Random random = new Random(seed);
    byte[] content = new byte[1];
    long address = allocated(1);
    long probe = allocated(20_000);
    putBytes(probe, filled(20_000, 1));
    for (int round = 0; round < 150; round++) {
      byte[][] next = {content};
      long[] at = {address};
      boolean abort = random.nextInt(3) == 0;
      try {
        heap.transact(
            () -> {
              for (int step = random.nextInt(4); step >= 0; step--) {
                int size = 1 + random.nextInt(1 << (1 + random.nextInt(17)));
                int usable = (int) heap.usableSize(at[0]);
                byte[] all = Arrays.copyOf(bytes(at[0], Math.min(usable, size)), size);
                at[0] = heap.tx().reallocate(at[0], size, 0);
                assertThat(bytes(at[0], size)).isEqualTo(all);
                int from = random.nextInt(size);
                byte[] part = new byte[random.nextInt(size - from + 1)];
                random.nextBytes(part);
                System.arraycopy(part, 0, all, from, part.length);
                heap.tx().putBytes(at[0] + from, part, 0, part.length);
                assertThat(bytes(at[0], size)).isEqualTo(all);
                next[0] = all;
                if (random.nextInt(12) == 0) {
                  heap.tx().free(at[0]);
                  at[0] = heap.tx().allocate(1, 0);
                  next[0] = new byte[1];
                }
              }
              if (abort) {
                throw new IllegalStateException("abort");
              }
            });
        content = next[0];
        address = at[0];
      } catch (IllegalStateException e) {
        assertThat(abort).as("seed %d: %s", seed, e).isTrue();
      }
      if (round % 20 == 0) {
        reopen();
      }
      assertThat(bytes(address, content.length)).as("seed %d", seed).isEqualTo(content);
    }
    assertThat(bytes(probe, 20_000)).containsOnly(1);
    free(address);
    int before = objectsThatFit();
    reopen();
    assertThat(objectsThatFit()).as("no space is lost, seed %d", seed).isEqualTo(before);
  }

  private int objectsThatFit() {
    List<Long> made = new ArrayList<>();
    assertThatExceptionOfType(OutOfSpaceException.class)
        .isThrownBy(
            () -> {
              while (true) {
                made.add(allocated(9000));
              }
            });
    made.forEach(this::free);
    return made.size();
  }

  @Test
  void reallocate_whatIsNoObject_isRefused() {
    long address = allocated(100);
    assertThatIllegalArgumentException().isThrownBy(() -> resized(address + 16, 10, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> resized(0, 10, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> resized(address, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> resized(address, 10, -1));
    free(address);
    assertThatIllegalArgumentException().isThrownBy(() -> resized(address, 10, 0));
  }

  @Test
  void reallocate_fullHeap_keepsTheObject() {
    long address = allocated(100_000);
    putBytes(address, filled(100_000, 2));
    assertThatExceptionOfType(OutOfSpaceException.class)
        .isThrownBy(() -> resized(address, 8L * MIB, 0));
    assertThat(bytes(address, 100_000)).containsOnly(2);
    assertThat(heap.usableSize(address)).isLessThan(110_000);
  }

  @Test
  void reallocateIn_movesTheReferenceInTheSlot() {
    HeapObjects objects = heap.objects();
    long slot = allocated(16);
    long first = objects.reallocateIn(slot, 40, 5); // refers to nothing: allocates
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(first);
    putLong(first + 32, 4);
    long second = objects.reallocateIn(slot, 4000, 6);
    reopen();
    objects = heap.objects();
    assertThat(heap.resolve(heap.getLong(slot))).isEqualTo(second).isNotEqualTo(first);
    assertThat(heap.typeOf(second)).isEqualTo(6);
    assertThat(heap.getLong(second + 32)).isEqualTo(4);
    assertThatIllegalArgumentException().isThrownBy(() -> heap.reference(first));
    assertThat(objects.reallocateIn(slot, 0, 6)).as("size 0 frees").isZero();
    assertThat(heap.getLong(slot)).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> heap.reference(second));
  }
}
