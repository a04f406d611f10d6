package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.MapConfig.Sharing;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PmemMapTest {
  private static final long SIZE = 64 << 10;

  @TempDir Path folder;
  private final Medium medium = Medium.system();
  private PmemFile file;

  @BeforeEach
  void create() {
    file = medium.create(folder.resolve("data"));
    file.allocate(0, SIZE);
  }

  @AfterEach
  void close() {
    file.close();
  }

  private PmemMap map(Granularity granularity) {
    return map(granularity, MapConfig.defaults());
  }

  private PmemMap map(Granularity granularity, MapConfig config) {
    MapConfig required = config.withRequiredGranularity(granularity);
    return ForcedGranularity.during(granularity, () -> medium.map(PmemSource.of(file), required));
  }

  /** Each method, called on a range of eight bytes at {@code offset}. */
  private static List<ThrowingCallable> stores(PmemMap map, long offset) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
    return List.of(
        () -> map.putByte(offset + 7, (byte) 1),
        () -> map.putShort(offset + 6, (short) 1),
        () -> map.putInt(offset + 4, 1),
        () -> map.putLong(offset, 1),
        () -> map.putLongRelease(offset, 1),
        () -> map.andLong(offset, 0),
        () -> map.orLong(offset, 1),
        () -> map.getAndAddLong(offset, 1),
        () -> map.compareAndExchangeLong(offset, 0, 1),
        () -> map.copy(offset, bytes, 0, 8, CopyMode.PERSIST),
        () -> map.move(offset, 0, 8, CopyMode.PERSIST),
        () -> map.fill(offset, 8, (byte) 1, CopyMode.PERSIST));
  }

  private static List<ThrowingCallable> loadsAndFlushes(PmemMap map, long offset) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
    return List.of(
        () -> map.getByte(offset + 7),
        () -> map.getShort(offset + 6),
        () -> map.getInt(offset + 4),
        () -> map.getLong(offset),
        () -> map.getLongAcquire(offset),
        () -> map.read(offset, bytes, 0, 8),
        () -> map.prefetch(offset, 8),
        () -> map.flush(offset, 8),
        () -> map.persist(offset, 8),
        () -> map.deepFlush(offset, 8));
  }

  private static List<ThrowingCallable> withoutRange(PmemMap map) {
    return List.of(map::granularity, map::size, map::segment, map::drain, () -> map.grow(SIZE));
  }

  @Test
  void typedStores_areLittleEndianAndNeedNoAlignment() {
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      map.putLong(3, 0x0102030405060708L);
      map.putInt(13, 0x0A0B0C0D);
      map.putShort(21, (short) 0x0E0F);
      map.putByte(25, (byte) 0x10);

      assertThat(map.getLong(3)).isEqualTo(0x0102030405060708L);
      assertThat(map.getInt(13)).isEqualTo(0x0A0B0C0D);
      assertThat(map.getShort(21)).isEqualTo((short) 0x0E0F);
      assertThat(map.getByte(25)).isEqualTo((byte) 0x10);
      assertThat(map.getByte(3)).isEqualTo((byte) 8);
      assertThat(map.getByte(13)).isEqualTo((byte) 0x0D);
      assertThat(map.getByte(21)).isEqualTo((byte) 0x0F);
    }
  }

  @Test
  void orderedStores_changeTheirBitsOnly() {
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      map.putLongRelease(8, 0xFF00);
      map.orLong(8, 0x0FF0);
      assertThat(map.getLongAcquire(8)).isEqualTo(0xFFF0);
      map.andLong(8, 0x3C30);
      assertThat(map.getLongAcquire(8)).isEqualTo(0x3C30);
    }
  }

  @Test
  void atomicUpdates_tellTheValueBefore() {
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      assertThat(map.getAndAddLong(8, 5)).isZero();
      assertThat(map.getAndAddLong(8, -7)).isEqualTo(5);
      assertThat(map.compareAndExchangeLong(8, 4, 9)).isEqualTo(-2);
      assertThat(map.getLong(8)).isEqualTo(-2);
      assertThat(map.compareAndExchangeLong(8, -2, 9)).isEqualTo(-2);
      assertThat(map.getLong(8)).isEqualTo(9);
    }
  }

  @Test
  void orderedAccess_unaligned_throws() {
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      List<ThrowingCallable> calls =
          List.of(
              () -> map.getLongAcquire(12),
              () -> map.putLongRelease(12, 1),
              () -> map.andLong(12, 1),
              () -> map.orLong(12, 1),
              () -> map.getAndAddLong(12, 1),
              () -> map.compareAndExchangeLong(12, 0, 1));
      for (ThrowingCallable call : calls) {
        assertThatThrownBy(call)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("offset 12 is not a multiple of 8");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void everyMethod_rangeOutside_throws(Granularity granularity) {
    try (PmemMap map = map(granularity)) {
      for (long offset : new long[] {SIZE, -8, Long.MAX_VALUE - 7, Long.MIN_VALUE}) {
        List<ThrowingCallable> calls = new ArrayList<>(stores(map, offset));
        calls.addAll(loadsAndFlushes(map, offset));
        for (int i = 0; i < calls.size(); i++) {
          assertThatThrownBy(calls.get(i))
              .as("call %d at %d", i, offset)
              .isInstanceOf(IndexOutOfBoundsException.class);
        }
      }
      assertThatThrownBy(() -> map.flush(8, Long.MAX_VALUE))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("offset 8 + 9223372036854775807 exceeds size 65536");
      assertThatThrownBy(() -> map.flush(8, -1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> map.move(0, SIZE - 4, 8, CopyMode.PERSIST))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void everyMethod_withinRange_works(Granularity granularity) {
    try (PmemMap map = map(granularity)) {
      List<ThrowingCallable> calls = new ArrayList<>(stores(map, SIZE - 8));
      calls.addAll(loadsAndFlushes(map, SIZE - 8));
      calls.addAll(withoutRange(map));
      for (ThrowingCallable call : calls) {
        assertThatCode(call).doesNotThrowAnyException();
      }
      assertThat(map.granularity()).isEqualTo(granularity);
      map.persist(0, SIZE);
      map.persist(SIZE, 0);
      map.flush(0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void everyMethod_afterClose_throws(Granularity granularity) {
    PmemMap map = map(granularity);
    map.close();
    map.close();

    List<ThrowingCallable> calls = new ArrayList<>(stores(map, 0));
    calls.addAll(loadsAndFlushes(map, 0));
    calls.addAll(withoutRange(map));
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i)).as("call %d", i).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void segment_afterClose_throws() {
    PmemMap map = map(Granularity.CACHE_LINE);
    MemorySegment segment = map.segment();
    map.close();

    assertThatThrownBy(() -> segment.get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void close_whileThreadsUseTheMapping_endsThemWithExceptions(Granularity granularity)
      throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      PmemMap map = map(granularity);
      MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
      ConcurrentUse threads =
          ConcurrentUse.start(
              List.of(
                  () -> map.copy(64, bytes, 0, 4096, CopyMode.PERSIST),
                  () -> map.move(16_384, 16_000, 5000, CopyMode.PERSIST),
                  () -> {
                    map.putLong(8192, 1);
                    map.persist(8192, 8);
                  },
                  () -> map.getLong(8192)));
      map.close();
      threads.assertAllToldThatItIsClosed();
    }
  }

  @Test
  void readOnlyMapping_refusesEveryStore() {
    MapConfig config = MapConfig.defaults().withProtection(Protection.READ);
    try (PmemMap map = map(Granularity.CACHE_LINE, config)) {
      List<ThrowingCallable> stores = stores(map, 0);
      for (int i = 0; i < stores.size(); i++) {
        assertThatThrownBy(stores.get(i))
            .as("store %d", i)
            .isInstanceOf(IllegalArgumentException.class);
      }
      for (ThrowingCallable call : loadsAndFlushes(map, 0)) {
        assertThatCode(call).doesNotThrowAnyException();
      }
      assertThat(map.segment().isReadOnly()).isTrue();
    }
  }

  @Test
  void privateMapping_keepsItsStoresToItself() {
    MapConfig config =
        MapConfig.defaults().withSharing(Sharing.PRIVATE).withRequiredGranularity(Granularity.BYTE);
    try (PmemMap hidden = medium.map(PmemSource.of(file), config);
        PmemMap seen = map(Granularity.CACHE_LINE)) {
      hidden.putLong(0, 42);
      hidden.copy(8, MemorySegment.ofArray(new byte[] {1, 2, 3, 4}), 0, 4, CopyMode.PERSIST);
      hidden.persist(0, 16);

      assertThat(hidden.granularity()).isEqualTo(Granularity.BYTE);
      assertThat(hidden.getLong(0)).isEqualTo(42);
      assertThat(hidden.getInt(8)).isEqualTo(0x04030201);
      assertThat(seen.getLong(0)).isZero();
      assertThat(seen.getLong(8)).isZero();
      assertReason(() -> hidden.deepFlush(0, 8), MapException.Reason.NOT_SUPPORTED);
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void persist_isSeenByTheFile(Granularity granularity) {
    try (PmemMap map = map(granularity)) {
      map.putLong(4096, 99);
      map.persist(4096, 8);
      map.deepFlush(4096, 8);
    }
    MemorySegment read = MemorySegment.ofArray(new byte[8]);
    file.read(4096, read);
    assertThat(read.get(JAVA_LONG_UNALIGNED, 0)).isEqualTo(99);
  }

  @Test
  void grow_afterTheFileWasAllocated_extendsInPlace() {
    MapConfig config = MapConfig.defaults().withReserve(1 << 20);
    try (PmemMap map = map(Granularity.CACHE_LINE, config)) {
      long address = map.segment().address();
      map.putLong(0, 1);
      file.allocate(SIZE, SIZE);
      // Growth needs the mapping's own descriptor only.
      file.close();
      map.grow(2 * SIZE);
      map.putLong(2 * SIZE - 8, 2);
      map.persist(0, 2 * SIZE);

      assertThat(map.size()).isEqualTo(2 * SIZE);
      assertThat(map.segment().address()).isEqualTo(address);
      assertThat(map.getLong(0)).isEqualTo(1);
    }
    try (PmemFile reopened = medium.open(folder.resolve("data"), FileAccess.READ_ONLY)) {
      MemorySegment read = MemorySegment.ofArray(new byte[8]);
      reopened.read(2 * SIZE - 8, read);
      assertThat(read.get(JAVA_BYTE, 0)).isEqualTo((byte) 2);
    }
  }

  @Test
  void grow_privateMapping_keepsItsStores() {
    file.truncate(SIZE - 100);
    MapConfig config = MapConfig.defaults().withSharing(Sharing.PRIVATE).withReserve(1 << 20);
    try (PmemMap map = map(Granularity.BYTE, config)) {
      map.putLong(SIZE - 108, 7);
      file.allocate(0, 2 * SIZE);
      map.grow(2 * SIZE);

      assertThat(map.getLong(SIZE - 108)).isEqualTo(7);
      assertThat(map.getLong(2 * SIZE - 8)).isZero();
    }
  }

  @Test
  void grow_beyondWhatThereIs_throwsAndChangesNothing() {
    MapConfig config = MapConfig.defaults().withReserve(4 * SIZE);
    try (PmemMap map = map(Granularity.CACHE_LINE, config)) {
      assertReason(() -> map.grow(2 * SIZE), MapException.Reason.MAP_RANGE);
      file.allocate(0, 8 * SIZE);
      assertReason(() -> map.grow(4 * SIZE + 4096), MapException.Reason.LENGTH_OUT_OF_RANGE);
      assertReason(() -> map.grow(SIZE - 4096), MapException.Reason.LENGTH_OUT_OF_RANGE);
      assertReason(() -> map.grow(SIZE + 1), MapException.Reason.LENGTH_UNALIGNED);
      assertThat(map.size()).isEqualTo(SIZE);
      map.grow(4 * SIZE);
    }
  }

  private static void assertReason(ThrowingCallable call, MapException.Reason reason) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MapException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void mediaError_ofAnotherInternalError_throwsThat() {
    InternalError other = new InternalError("something else");
    try (PmemMap map = map(Granularity.CACHE_LINE)) {
      assertThatThrownBy(() -> map.mediaError(other)).isSameAs(other);
    }
  }
}
