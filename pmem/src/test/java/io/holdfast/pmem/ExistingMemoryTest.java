package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.MapException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mappings of memory that something else has mapped. */
final class ExistingMemoryTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path folder;

  private static void assertReason(Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MapException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private MemorySegment mapped(Arena arena, MapMode mode) {
    Path path = folder.resolve("file");
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(mode, 0, SIZE, arena);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void storesThroughIt_reachTheFile(Granularity granularity) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = mapped(arena, MapMode.READ_WRITE);
      try (PmemMap map = PmemMap.ofExisting(memory, granularity)) {
        assertThat(map.granularity()).isEqualTo(granularity);
        assertThat(map.size()).isEqualTo(SIZE);
        assertThat(map.segment().address()).isEqualTo(memory.address());
        map.putLong(8, 0x0101_0101_0101_0101L);
        map.persist(8, 8);
        map.fill(16, 300_000, (byte) 1, CopyMode.PERSIST);
        map.copy(300_016, memory, 16, 1000, CopyMode.PERSIST.temporal());
        map.move(301_016, 16, 300_000, CopyMode.PERSIST.nonTemporal());
        map.flush(0, SIZE);
        map.drain();
        map.deepFlush(0, SIZE);
      }
      assertThat(memory.get(JAVA_LONG, 8)).isEqualTo(0x0101_0101_0101_0101L);
    }
    byte[] bytes = Files.readAllBytes(folder.resolve("file"));
    assertThat(bytes).startsWith(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1});
    for (int i = 8; i < 601_016; i++) {
      assertThat(bytes[i]).isEqualTo((byte) 1);
    }
    assertThat(bytes[601_016]).isZero();
  }

  @Test
  void whatCannotBeMapped_isRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pages = arena.allocate(16384, 4096);
      assertThatThrownBy(
              () -> PmemMap.ofExisting(MemorySegment.ofArray(new byte[8192]), Granularity.PAGE))
          .isInstanceOf(IllegalArgumentException.class);
      assertReason(
          Reason.ADDRESS_NULL, () -> PmemMap.ofExisting(MemorySegment.NULL, Granularity.PAGE), "0");
      assertReason(
          Reason.ADDRESS_UNALIGNED,
          () -> PmemMap.ofExisting(pages.asSlice(8), Granularity.PAGE),
          "not a multiple of 4096");
      assertReason(
          Reason.SOURCE_EMPTY,
          () -> PmemMap.ofExisting(pages.asSlice(0, 0), Granularity.PAGE),
          "has no bytes");
    }
  }

  @Test
  void memoryOfAnOpenMapping_isRefused() {
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.BYTE);
    try (Arena arena = Arena.ofShared();
        PmemMap own = Medium.system().map(PmemSource.anonymous(SIZE), config)) {
      assertReason(
          Reason.MAP_EXISTS,
          () -> PmemMap.ofExisting(own.segment().asSlice(4096), Granularity.BYTE),
          "belong to the mapping of anonymous memory");
      MemorySegment pages = arena.allocate(16384, 4096);
      try (PmemMap part = PmemMap.ofExisting(pages.asSlice(4096, 4096), Granularity.BYTE)) {
        assertReason(
            Reason.MAP_EXISTS, () -> PmemMap.ofExisting(pages, Granularity.BYTE), "belong to");
        assertReason(
            Reason.MAP_EXISTS,
            () -> PmemMap.ofExisting(pages.asSlice(4096, 100), Granularity.BYTE),
            "belong to");
        PmemMap.ofExisting(pages.asSlice(0, 4096), Granularity.BYTE).close();
        PmemMap.ofExisting(pages.asSlice(8192), Granularity.BYTE).close();
        part.putLong(0, 1);
      }
      PmemMap.ofExisting(pages, Granularity.BYTE).close();
      own.putLong(4096, 1);
    }
  }

  @Test
  void closing_onlyForgets() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pages = arena.allocate(8192, 4096);
      PmemMap map = PmemMap.ofExisting(pages, Granularity.CACHE_LINE);
      map.putLong(0, 5);
      map.close();
      map.close();
      assertThat(pages.get(JAVA_LONG, 0)).isEqualTo(5);
      List<ThrowingCallable> uses =
          List.of(
              () -> map.getLong(0),
              () -> map.putLong(0, 1),
              () -> map.persist(0, 8),
              () -> map.fill(0, 8, (byte) 1, CopyMode.PERSIST),
              map::segment,
              map::drain);
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use).isInstanceOf(IllegalStateException.class);
      }
      assertThat(pages.get(JAVA_LONG, 0)).isEqualTo(5);
    }
  }

  /** Machine code would not survive that the memory is gone. */
  @ParameterizedTest
  @EnumSource(Granularity.class)
  void ownersArenaClosed_whileThreadsUseTheMapping_endsThemWithExceptions(Granularity granularity)
      throws InterruptedException {
    MemorySegment ones = MemorySegment.ofArray(new byte[4096]);
    for (int round = 0; round < 30; round++) {
      Arena arena = Arena.ofShared();
      PmemMap map = PmemMap.ofExisting(mapped(arena, MapMode.READ_WRITE), granularity);
      ConcurrentUse threads =
          ConcurrentUse.start(
              List.of(
                  () -> map.copy(64, ones, 0, 4096, CopyMode.NO_DRAIN),
                  () -> map.persist(8192, 64),
                  () -> map.fill(16_384, 4096, (byte) 1, CopyMode.PERSIST.nonTemporal())));
      closeInUse(arena);
      threads.assertAllToldThatItIsClosed();
      map.close();
    }
  }

  /** An arena is closed when no call of native code happens to use it. */
  private static void closeInUse(Arena arena) {
    while (true) {
      try {
        arena.close();
        return;
      } catch (IllegalStateException e) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void ownersArenaClosed_leavesTheAddressesToOthers() {
    Arena arena = Arena.ofShared();
    MemorySegment memory = mapped(arena, MapMode.READ_WRITE);
    PmemMap forgotten = PmemMap.ofExisting(memory, Granularity.CACHE_LINE);
    arena.close();
    try (AddressReservation reservation = AddressReservation.at(memory.address(), SIZE);
        PmemMap successor =
            Medium.system()
                .map(
                    PmemSource.anonymous(SIZE),
                    MapConfig.defaults()
                        .withRequiredGranularity(Granularity.BYTE)
                        .withReservation(reservation, 0))) {
      successor.putLong(0, 5);
      assertThatThrownBy(() -> forgotten.persist(0, 8)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> forgotten.putLong(0, 6)).isInstanceOf(IllegalStateException.class);
      forgotten.close();
      assertThat(successor.getLong(0)).isEqualTo(5);
    }
  }

  /** Who forgets to close a mapping of closed memory does not spoil what is mapped there next. */
  @Test
  @SuppressWarnings("restricted")
  void ownersArenaClosed_leavesTheAddressesToTheFacade() {
    MemorySegment addresses = Arena.global().allocate(4096, 4096);
    PmemMap forgotten;
    try (Arena first = Arena.ofShared()) {
      forgotten =
          PmemMap.ofExisting(addresses.reinterpret(4096, first, null), Granularity.CACHE_LINE);
    }
    try (Arena second = Arena.ofShared()) {
      MemorySegment next = addresses.reinterpret(4096, second, null);
      Pmem.memsetPersist(next, 1, 4096);
      assertThat(next.get(JAVA_BYTE, 4095)).isEqualTo((byte) 1);
    }
    forgotten.close();
  }

  @Test
  void readOnlyMemory_cannotBeStoredTo() {
    try (Arena arena = Arena.ofShared()) {
      mapped(arena, MapMode.READ_WRITE);
      try (PmemMap map =
          PmemMap.ofExisting(mapped(arena, MapMode.READ_ONLY), Granularity.CACHE_LINE)) {
        assertThatThrownBy(() -> map.fill(0, 8, (byte) 1, CopyMode.PERSIST))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.putLong(0, 1)).isInstanceOf(IllegalArgumentException.class);
        map.persist(0, SIZE);
      }
    }
  }

  @Test
  void confinedMemory_isOfItsThreadOnly() throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      PmemMap map = PmemMap.ofExisting(arena.allocate(8192, 4096), Granularity.CACHE_LINE);
      map.persist(0, 8192);
      Throwable[] thrown = new Throwable[1];
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      map.persist(0, 8192);
                    } catch (WrongThreadException e) {
                      thrown[0] = e;
                    }
                  });
      other.join();
      assertThat(thrown[0]).isNotNull();
      map.close();
    }
  }
}
