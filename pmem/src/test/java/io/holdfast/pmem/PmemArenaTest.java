package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an arena promises, call by call. */
final class PmemArenaTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  private PmemArena open() {
    return PmemArena.open(folder, 64 * MIB);
  }

  private static boolean isZero(MemorySegment segment) {
    for (long i = 0; i < segment.byteSize(); i++) {
      if (segment.get(JAVA_BYTE, i) != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  void allocate_givesZeroedMemoryOfTheSize() {
    try (PmemArena arena = open()) {
      for (long size : new long[] {0, 1, 16, 100, 4096, 32 << 10, (32 << 10) + 1, 3 * MIB}) {
        MemorySegment segment = arena.allocate(size);
        assertThat(segment.byteSize()).isEqualTo(size);
        assertThat(segment.isReadOnly()).isFalse();
        assertThat(isZero(segment)).isTrue();
        segment.fill((byte) 7);
      }
    }
  }

  @Test
  void allocate_ofUsedMemory_isZeroedAgain() {
    try (PmemArena arena = open()) {
      for (long size : new long[] {1, 100, 5000, 40_000, 2 * MIB}) {
        MemorySegment first = arena.allocate(size).fill((byte) 7);
        arena.free(first);
        MemorySegment second = arena.allocate(size);
        assertThat(second.address()).isEqualTo(first.address());
        assertThat(isZero(second)).isTrue();
      }
    }
  }

  @Test
  void allocate_everyAlignment_isAligned() {
    try (PmemArena arena = PmemArena.open(folder, 512 * MIB)) {
      for (long alignment = 1; alignment <= 8 * MIB; alignment *= 2) {
        for (long size : new long[] {0, 1, 65, 1000, 33_000}) {
          MemorySegment segment = arena.allocate(size, alignment);
          assertThat(segment.address() % Math.max(16, alignment)).as("%d", alignment).isZero();
          segment.fill((byte) 1);
        }
      }
    }
  }

  @Test
  void allocate_worksAsAnyAllocator() {
    try (PmemArena arena = open()) {
      assertThat(arena.allocateFrom("hello").getString(0)).isEqualTo("hello");
      assertThat(arena.allocate(JAVA_LONG_UNALIGNED, 5).byteSize()).isEqualTo(40);
      assertThat(arena.scope().isAlive()).isTrue();
    }
  }

  @Test
  void allocate_nonsense_throws() {
    try (PmemArena arena = open()) {
      assertThatThrownBy(() -> arena.allocate(-1, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("size -1 is negative");
      for (long alignment : new long[] {0, -8, 24}) {
        assertThatThrownBy(() -> arena.allocate(8, alignment))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("alignment " + alignment + " is no power of two");
      }
      for (long size : new long[] {65 * MIB, 1L << 40, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> arena.allocate(size, 1))
            .isInstanceOf(OutOfSpaceException.class)
            .hasMessageContaining(size + " bytes");
      }
      assertThatThrownBy(() -> arena.allocate(8, 1L << 62)).isInstanceOf(OutOfSpaceException.class);
    }
  }

  @Test
  void open_nonsense_throws() {
    assertThatThrownBy(() -> PmemArena.open(folder, 4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit 4096 is below 1048576");
    assertThatThrownBy(() -> PmemArena.open(folder.resolve("missing"), MIB))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> PmemArena.open(folder, Long.MAX_VALUE))
        .isInstanceOf(PmemException.class);
  }

  @Test
  void smallBlocks_wasteAtMostAnEighth() {
    try (PmemArena arena = open()) {
      for (long size = 1; size <= 32 << 10; size += size < 1024 ? 1 : 37) {
        MemorySegment segment = arena.allocate(size);
        long usable = arena.usableSize(segment);
        long rounded = (size + 15) & -16;
        assertThat(usable).isBetween(rounded, rounded + usable / 8);
        arena.free(segment);
      }
    }
  }

  @Test
  void limit_isReachedAndSpaceUsedAgain() {
    try (PmemArena arena = PmemArena.open(folder, 4 * MIB)) {
      List<MemorySegment> all = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        assertThatThrownBy(
                () -> {
                  while (true) {
                    all.add(arena.allocate(1000));
                  }
                })
            .isInstanceOf(OutOfSpaceException.class)
            .hasMessageContaining("no room for 1000 bytes");
        // 1024-byte blocks: all but what does not fill a slab.
        assertThat(all).hasSize((int) (4 * MIB / 1024));
        assertThat(arena.statistics().fileBytes()).isEqualTo(4 * MIB);
        all.forEach(arena::free);
        all.clear();
        // What was many small blocks is one large one now.
        arena.free(arena.allocate(4 * MIB));
      }
      assertThat(arena.statistics().allocations()).isZero();
    }
  }

  /** When no slab of a size can be had any more, what other sizes have free is used. */
  @Test
  void limit_manySizesInASmallArena_leavesNoBlockUnused() {
    try (PmemArena arena = PmemArena.open(folder, MIB)) {
      List<MemorySegment> all = new ArrayList<>();
      for (int size = 16; size <= 256; size += 16) {
        all.add(arena.allocate(size));
      }
      // All but the last of the slabs is taken by one small block each.
      for (int i = 0; i < 1000; i++) {
        MemorySegment segment = arena.allocate(100, 64);
        assertThat(segment.address() % 64).isZero();
        all.add(segment.fill((byte) 1));
      }
      all.forEach(arena::free);
      arena.free(arena.allocate(MIB));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 5000, 100_000})
  void free_twice_throws(long size) {
    try (PmemArena arena = open()) {
      MemorySegment kept = arena.allocate(size);
      MemorySegment segment = arena.allocate(size);
      arena.free(segment);
      assertThatThrownBy(() -> arena.free(segment))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("or is free already");
      assertThatThrownBy(() -> arena.reallocate(segment, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> arena.usableSize(segment))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(arena.statistics().allocations()).isEqualTo(1);
      arena.free(kept);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 5000, 100_000})
  void free_whatIsNoStart_throws(long size) {
    try (PmemArena arena = open()) {
      MemorySegment segment = arena.allocate(size);
      for (long offset : new long[] {1, 16, size - 1}) {
        assertThatThrownBy(() -> arena.free(segment.asSlice(offset)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("begins no allocation");
      }
      assertThat(arena.statistics().allocations()).isEqualTo(1);
    }
  }

  @Test
  void free_foreignMemory_throws() {
    try (PmemArena arena = open();
        PmemArena other = open();
        PmemArena child = arena.openShared();
        Arena jdk = Arena.ofConfined()) {
      for (MemorySegment segment :
          List.of(
              other.allocate(100),
              child.allocate(100),
              jdk.allocate(100),
              MemorySegment.ofArray(new byte[100]),
              MemorySegment.ofAddress(arena.allocate(100).address()),
              MemorySegment.NULL)) {
        assertThatThrownBy(() -> arena.free(segment))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("not of this arena");
      }
      MemorySegment ours = arena.allocate(100);
      assertThatThrownBy(() -> child.free(ours)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void reallocate_keepsBytesAndZeroesNewOnes() {
    long[] sizes = {10, 16, 5, 100, 90, 5000, 33_000, 200_000, 150_000, 3 * MIB, 40_000, 20, 0, 64};
    try (PmemArena arena = open()) {
      MemorySegment segment = arena.allocate(1);
      for (long size : sizes) {
        long old = segment.byteSize();
        segment.fill((byte) 5);
        segment = arena.reallocate(segment, size);
        assertThat(segment.byteSize()).isEqualTo(size);
        long kept = Math.min(old, size);
        for (long i = 0; i < kept; i++) {
          assertThat(segment.get(JAVA_BYTE, i)).isEqualTo((byte) 5);
        }
        assertThat(isZero(segment.asSlice(kept))).as("%d to %d", old, size).isTrue();
        assertThat(arena.statistics().allocations()).isEqualTo(1);
      }
      MemorySegment aligned = arena.reallocate(segment, 64, 4096);
      assertThat(aligned.address() % 4096).isZero();
    }
  }

  @Test
  void reallocate_ofLargeMemory_staysWhereItIsIfItCan() {
    try (PmemArena arena = open()) {
      MemorySegment segment = arena.allocate(200_000);
      MemorySegment shorter = arena.reallocate(segment, 100_000);
      assertThat(shorter.address()).isEqualTo(segment.address());
      assertThat(arena.statistics().allocatedBytes()).isEqualTo(102_400);
      assertThat(arena.reallocate(shorter, 200_000).address()).isEqualTo(segment.address());
    }
  }

  @Test
  void reallocate_outOfSpace_changesNothing() {
    try (PmemArena arena = PmemArena.open(folder, MIB)) {
      MemorySegment segment = arena.allocate(600_000).fill((byte) 3);
      assertThatThrownBy(() -> arena.reallocate(segment, 2 * MIB))
          .isInstanceOf(OutOfSpaceException.class);
      assertThat(segment.get(JAVA_BYTE, 599_999)).isEqualTo((byte) 3);
      arena.free(segment);
    }
  }

  @Test
  void close_endsAllSegments() {
    PmemArena arena = open();
    MemorySegment segment = arena.allocate(100);
    arena.close();
    assertThat(arena.scope().isAlive()).isFalse();
    List<Runnable> uses =
        List.of(
            () -> segment.get(JAVA_BYTE, 0),
            () -> arena.allocate(8),
            () -> arena.free(segment),
            () -> arena.reallocate(segment, 8),
            () -> arena.usableSize(segment),
            arena::statistics,
            arena::openConfined,
            arena::openShared,
            arena::close);
    assertThat(uses)
        .allSatisfy(use -> assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class));
  }

  @Test
  void child_givesEverythingBack() {
    try (PmemArena arena = open()) {
      arena.allocate(64);
      for (int round = 0; round < 50; round++) {
        MemorySegment late;
        try (PmemArena child = round % 2 == 0 ? arena.openConfined() : arena.openShared();
            PmemArena grandchild = child.openConfined()) {
          late = child.allocate(100_000).fill((byte) 1);
          for (int i = 0; i < 1000; i++) {
            MemorySegment segment = child.allocate(i);
            if (i % 3 == 0) {
              child.free(segment);
              assertThatThrownBy(() -> child.free(segment))
                  .isInstanceOf(IllegalArgumentException.class);
            }
          }
          grandchild.allocate(2 * MIB);
          assertThat(arena.statistics().allocations()).isEqualTo(1 + 1 + 666 + 1);
        }
        assertThatThrownBy(() -> late.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(arena.statistics().allocations()).isEqualTo(1);
      }
      assertThat(arena.statistics().fileBytes()).isLessThan(8 * MIB);
    }
  }

  @Test
  void child_open_keepsParentFromClosing() {
    PmemArena arena = open();
    PmemArena child = arena.openShared();
    assertThatThrownBy(arena::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 child arenas are open");
    child.allocate(8).set(JAVA_BYTE, 0, (byte) 1);
    child.close();
    assertThatThrownBy(child::close).isInstanceOf(IllegalStateException.class);
    arena.close();
  }

  @Test
  void confinedChild_ofAnotherThread_throws() throws InterruptedException {
    try (PmemArena arena = open()) {
      PmemArena child = arena.openConfined();
      MemorySegment segment = child.allocate(8);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Runnable> uses =
          List.of(() -> child.allocate(8), () -> child.free(segment), child::close);
      for (Runnable use : uses) {
        Thread thread = Thread.ofPlatform().unstarted(use);
        thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
        thread.start();
        thread.join();
        assertThat(failure.getAndSet(null)).isInstanceOf(WrongThreadException.class);
      }
      child.free(segment);
      child.close();
    }
  }

  @Test
  void fullFileSystem_isAnExceptionAndNeverAFault() throws IOException {
    try (SmallFileSystem small = SmallFileSystem.mount(folder, "tmpfs", "size=8m");
        PmemArena arena = PmemArena.open(small.folder(), 1L << 40)) {
      List<MemorySegment> all = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                while (true) {
                  all.add(arena.allocate(3000).fill((byte) 1));
                }
              })
          .isInstanceOf(OutOfSpaceException.class)
          .hasMessageContaining("ENOSPC");
      assertThat(all.size() * 3072L).isGreaterThan(7 * MIB);
      assertThat(all).allMatch(segment -> segment.get(JAVA_BYTE, 2999) == 1);
      all.forEach(arena::free);
      arena.free(arena.allocate(7 * MIB).fill((byte) 1));
    }
  }

  @Test
  void close_returnsTheSpaceToTheFileSystem() throws IOException {
    try (SmallFileSystem small = SmallFileSystem.mount(folder, "tmpfs", "size=16m")) {
      long before = Files.getFileStore(small.folder()).getUsableSpace();
      PmemArena arena = PmemArena.open(small.folder(), 16 * MIB);
      arena.allocate(10 * MIB).fill((byte) 1);
      try (Stream<Path> files = Files.list(small.folder())) {
        assertThat(files).isEmpty();
      }
      assertThat(Files.getFileStore(small.folder()).getUsableSpace())
          .isLessThanOrEqualTo(before - 10 * MIB);
      arena.close();
      assertThat(Files.getFileStore(small.folder()).getUsableSpace()).isEqualTo(before);
    }
  }

  /** Fills an arena and stops without closing it. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] arguments) {
      PmemArena.open(Path.of(arguments[0]), 64 * MIB).allocate(10 * MIB).fill((byte) 1);
      Runtime.getRuntime().halt(3);
    }
  }

  @Test
  void kill_leavesNothingBehind() throws Exception {
    try (SmallFileSystem small = SmallFileSystem.mount(folder, "tmpfs", "size=16m")) {
      long before = Files.getFileStore(small.folder()).getUsableSpace();
      ChildJvm.Result result = ChildJvm.with(java.util.Map.of()).run(Killed.class, small.folder());
      assertThat(result.exitCode()).as(result.output()).isEqualTo(3);
      assertThat(Files.getFileStore(small.folder()).getUsableSpace()).isEqualTo(before);
    }
  }

  /** A limit far beyond memory costs addresses only. */
  @Test
  void open_limitLargerThanMemory_mapsOnlyWhatIsUsed() throws IOException {
    long limit = 1L << 42;
    assumeTrue(Files.getFileStore(folder).getUsableSpace() > 200 * MIB, "too little room");
    try (PmemArena arena = PmemArena.open(folder, limit)) {
      MemorySegment first = arena.allocate(8);
      first.set(JAVA_BYTE, 0, (byte) 9);
      MemorySegment large = arena.allocate(100 * MIB);
      large.set(JAVA_BYTE, large.byteSize() - 1, (byte) 8);
      assertThat(first.get(JAVA_BYTE, 0)).isEqualTo((byte) 9);
      assertThat(arena.statistics().limitBytes()).isEqualTo(limit);
      assertThat(arena.statistics().fileBytes()).isBetween(100 * MIB, 200 * MIB);
    }
  }

  @Test
  void reallocate_toAbsurdSizes_changesNothing() {
    try (PmemArena arena = open()) {
      for (long size : new long[] {100, MIB}) {
        MemorySegment segment = arena.allocate(size).fill((byte) 7);
        PmemArena.Statistics before = arena.statistics();
        for (long absurd : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 4095, 1L << 60}) {
          assertThatThrownBy(() -> arena.reallocate(segment, absurd))
              .isInstanceOf(OutOfSpaceException.class);
        }
        assertThat(arena.statistics()).isEqualTo(before);
        assertThat(arena.usableSize(segment)).isGreaterThanOrEqualTo(size);
        arena.free(segment);
      }
    }
  }

  /** Many large blocks freed in any order are one block again. */
  @Test
  void largeRuns_areJoinedAgain() {
    try (PmemArena arena = PmemArena.open(folder, 16 * MIB)) {
      List<MemorySegment> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(arena.allocate(40_000 + 1000L * i));
      }
      for (int step : new int[] {7, 3, 1}) {
        for (int i = 0; i < all.size(); i += step) {
          MemorySegment segment = all.set(i, MemorySegment.NULL);
          if (!segment.equals(MemorySegment.NULL)) {
            arena.free(segment);
          }
        }
      }
      arena.free(arena.allocate(16 * MIB));
    }
  }
}
