package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** libpmem's functions but {@code mapFile}, on memory of every origin. */
final class PmemTest {
  private static final int SIZE = 64 << 10;
  private static final int ALL_FLAGS = 63;

  @TempDir private Path folder;

  private MemorySegment map(Granularity granularity) {
    int flags = Pmem.PMEM_FILE_CREATE | Pmem.PMEM_FILE_TMPFILE;
    return ForcedGranularity.during(
        granularity, () -> Pmem.mapFile(folder, SIZE, flags, 0).segment());
  }

  private MemorySegment mapByChannel(Arena arena) throws IOException {
    return mapByChannel(arena, SIZE);
  }

  private MemorySegment mapByChannel(Arena arena, long size) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("foreign"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      return channel.map(MapMode.READ_WRITE, 0, size, arena);
    }
  }

  /** Memory of every origin that the functions accept. */
  private List<MemorySegment> everyMemory(Arena arena) throws IOException {
    return List.of(
        map(Granularity.BYTE),
        map(Granularity.CACHE_LINE),
        map(Granularity.PAGE),
        mapByChannel(arena),
        arena.allocate(SIZE));
  }

  private static void unmapOurs(List<MemorySegment> all) {
    all.subList(0, 3).forEach(Pmem::unmap);
  }

  @Test
  void flushAndPersist_anyRangeOfAnyMemory_work() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> all = everyMemory(arena);
      for (MemorySegment memory : all) {
        memory.fill((byte) 3);
        Pmem.persist(memory);
        Pmem.flush(memory);
        Pmem.drain();
        for (int offset = 0; offset < 200; offset += 7) {
          for (int length = 0; length < 9000; length += 997) {
            Pmem.persist(memory, offset, length);
            Pmem.flush(memory, offset, length);
            Pmem.deepFlush(memory, offset, length);
          }
        }
        Pmem.persist(memory.asSlice(100, 50));
        assertThat(memory.toArray(JAVA_BYTE)).containsOnly(3);
      }
      unmapOurs(all);
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void isPmem_ofAMapping_followsItsGranularity(Granularity granularity) {
    MemorySegment memory = map(granularity);
    boolean is = granularity != Granularity.PAGE;
    assertThat(Pmem.isPmem(memory)).isEqualTo(is);
    assertThat(Pmem.isPmem(memory.asSlice(100, 1))).isEqualTo(is);
    assertThat(Pmem.isPmem(memory.asSlice(100, 0))).isFalse();
    Pmem.unmap(memory);
  }

  @Test
  void isPmem_ofForeignMemory_isFalse() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      assertThat(Pmem.isPmem(mapByChannel(arena))).isFalse();
      assertThat(Pmem.isPmem(arena.allocate(64))).isFalse();
    }
  }

  @Test
  void isPmem_ofPrivateAndAnonymousMappings_isFalse() {
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    try (PmemMap map = Medium.system().map(PmemSource.anonymous(4096), config)) {
      assertThat(Pmem.isPmem(map.segment())).isFalse();
      Pmem.persist(map.segment());
      assertThatThrownBy(() -> Pmem.msync(map.segment()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("private memory has nowhere to go");
      assertThatThrownBy(() -> Pmem.deepDrain(map.segment(), 0, 8))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Adjacent mappings of a reservation are one range to these functions. */
  @Test
  void range_overAdjacentMappings_reachesBoth() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    for (Path file : List.of(first, second)) {
      Files.write(file, new byte[8192]);
    }
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    try (AddressReservation place = AddressReservation.of(16384);
        PmemMap low =
            ForcedGranularity.during(
                Granularity.CACHE_LINE,
                () -> Medium.system().map(PmemSource.of(first), config.withReservation(place, 0)));
        PmemMap high =
            Medium.system().map(PmemSource.of(second), config.withReservation(place, 8192))) {
      MemorySegment both = bothOf(low.segment());
      assertThat(Pmem.isPmem(low.segment())).isTrue();
      assertThat(Pmem.isPmem(both)).isFalse();
      Pmem.memset(both, 4096, 5, 8192, 0);
      Pmem.memmove(both, 1, both, 4096, 8000, 0);
      Pmem.persist(both, 8000, 1000);
      Pmem.msync(both, 8000, 1000);
      Pmem.deepPersist(both, 8000, 1000);
      assertThat(low.getByte(8191)).isEqualTo((byte) 5);
      assertThat(high.getByte(4095)).isEqualTo((byte) 5);
      assertThat(high.getByte(4096)).isEqualTo((byte) 0);
      assertThat(low.getByte(1)).isEqualTo((byte) 5);
      assertThat(low.getByte(0)).isEqualTo((byte) 0);
    }
    assertThat(Files.readAllBytes(second)[4095]).isEqualTo((byte) 5);
  }

  /** That a flush reaches the second mapping shows when its file is cut short. */
  @Test
  void range_overAdjacentMappings_flushesBoth() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    for (Path file : List.of(first, second)) {
      Files.write(file, new byte[8192]);
    }
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    try (AddressReservation place = AddressReservation.of(16384);
        PmemMap low = mapAt(place, 0, first, config);
        PmemMap high = mapAt(place, 8192, second, config)) {
      assertThat(high.size()).isEqualTo(8192);
      MemorySegment both = bothOf(low.segment());
      try (FileChannel channel = FileChannel.open(second, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
      for (Runnable call :
          List.<Runnable>of(
              () -> Pmem.flush(both, 8000, 1000), () -> Pmem.persist(both, 8000, 1000))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(MediaErrorException.class)
            .hasMessageContaining("second: offset 0 + 808 cannot be accessed");
      }
      Pmem.persist(both, 8000, 192);
    }
  }

  private static PmemMap mapAt(AddressReservation place, long offset, Path file, MapConfig config) {
    return ForcedGranularity.during(
        Granularity.CACHE_LINE,
        () -> Medium.system().map(PmemSource.of(file), config.withReservation(place, offset)));
  }

  @SuppressWarnings("restricted")
  private static MemorySegment bothOf(MemorySegment low) {
    return low.reinterpret(16384);
  }

  @Test
  void msync_ofWhatIsMappedFromAFile_works() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> all = everyMemory(arena);
      for (MemorySegment memory : all.subList(0, 4)) {
        memory.set(JAVA_BYTE, 5000, (byte) 1);
        Pmem.msync(memory);
        Pmem.msync(memory, 5000, 1);
        Pmem.msync(memory, 5000, 0);
        Pmem.deepDrain(memory, 5000, 1);
        Pmem.deepPersist(memory, 4095, 2);
      }
      for (Runnable call :
          List.<Runnable>of(
              () -> Pmem.msync(all.get(4)),
              () -> Pmem.deepDrain(all.get(4), 0, 1),
              () -> Pmem.deepPersist(all.get(4), 0, 1))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("not mapped from a file");
      }
      unmapOurs(all);
    }
  }

  /** What a copy, move or fill must have done to a range of bytes. */
  private interface Change {
    void apply(byte[] bytes);
  }

  @Test
  void copies_everyFlagOnEveryMemory_storeExactlyTheRange() throws IOException {
    Random random = new Random(5);
    byte[] noise = new byte[SIZE];
    random.nextBytes(noise);
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> all = everyMemory(arena);
      MemorySegment outside = arena.allocate(SIZE);
      outside.copyFrom(MemorySegment.ofArray(noise));
      for (MemorySegment memory : all) {
        for (int flags = 0; flags <= ALL_FLAGS; flags++) {
          int length = random.nextInt(flags % 8 == 0 ? 20_000 : 600);
          int to = random.nextInt(SIZE - length);
          int from = random.nextInt(SIZE - length);
          int mode = flags;
          check(
              memory,
              noise,
              () -> Pmem.memcpy(memory, to, outside, from, length, mode),
              bytes -> System.arraycopy(noise, from, bytes, to, length));
          check(
              memory,
              noise,
              () -> Pmem.memcpy(memory, to, MemorySegment.ofArray(noise), from, length, mode),
              bytes -> System.arraycopy(noise, from, bytes, to, length));
          int near = Math.clamp(to + random.nextInt(200) - 100, 0, SIZE - length);
          check(
              memory,
              noise,
              () -> Pmem.memmove(memory, to, memory, near, length, mode),
              bytes -> System.arraycopy(bytes, near, bytes, to, length));
          check(
              memory,
              noise,
              () -> Pmem.memset(memory, to, 0x1FE, length, mode),
              bytes -> Arrays.fill(bytes, to, to + length, (byte) 0xFE));
        }
      }
      unmapOurs(all);
    }
  }

  private static void check(MemorySegment memory, byte[] before, Runnable call, Change change) {
    memory.copyFrom(MemorySegment.ofArray(before));
    byte[] expected = before.clone();
    change.apply(expected);
    call.run();
    assertThat(memory.mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
  }

  @Test
  void shortForms_copyFromTheStart() {
    MemorySegment memory = map(Granularity.CACHE_LINE);
    MemorySegment source = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});
    List<MemorySegment> results =
        List.of(
            Pmem.memcpy(memory, source, 4, 0),
            Pmem.memmove(memory.asSlice(4), source, 4, Pmem.PMEM_F_MEM_NODRAIN),
            Pmem.memset(memory.asSlice(8), 5, 4, Pmem.PMEM_F_MEM_NOFLUSH),
            Pmem.memcpyPersist(memory.asSlice(12), source, 4),
            Pmem.memmovePersist(memory.asSlice(16), source, 4),
            Pmem.memsetPersist(memory.asSlice(20), 6, 4),
            Pmem.memcpyNodrain(memory.asSlice(24), source, 4),
            Pmem.memmoveNodrain(memory.asSlice(28), source, 4),
            Pmem.memsetNodrain(memory.asSlice(32), 7, 4));
    for (int i = 0; i < results.size(); i++) {
      assertThat(results.get(i).address()).isEqualTo(memory.address() + 4L * i);
    }
    assertThat(memory.asSlice(0, 37).toArray(JAVA_BYTE))
        .containsExactly(
            1, 2, 3, 4, 1, 2, 3, 4, 5, 5, 5, 5, 1, 2, 3, 4, 1, 2, 3, 4, 6, 6, 6, 6, 1, 2, 3, 4, 1,
            2, 3, 4, 7, 7, 7, 7, 0);
    Pmem.unmap(memory);
  }

  /** Every function that takes memory. */
  private static List<Runnable> callsOn(MemorySegment memory, long offset, long length) {
    MemorySegment source = MemorySegment.ofArray(new byte[SIZE]);
    return List.of(
        () -> Pmem.persist(memory, offset, length),
        () -> Pmem.flush(memory, offset, length),
        () -> Pmem.msync(memory, offset, length),
        () -> Pmem.deepFlush(memory, offset, length),
        () -> Pmem.deepDrain(memory, offset, length),
        () -> Pmem.deepPersist(memory, offset, length),
        () -> Pmem.memcpy(memory, offset, source, 0, length, 0),
        () -> Pmem.memmove(memory, offset, source, 0, length, 0),
        () -> Pmem.memset(memory, offset, 0, length, 0));
  }

  @Test
  void heapMemory_isRefused() {
    List<Runnable> calls = new ArrayList<>(callsOn(MemorySegment.ofArray(new byte[64]), 0, 8));
    calls.add(() -> Pmem.isPmem(MemorySegment.ofArray(new byte[64])));
    calls.add(() -> Pmem.unmap(MemorySegment.ofArray(new byte[64])));
    assertThat(calls)
        .allSatisfy(
            call ->
                assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("memory on the heap cannot be made durable"));
  }

  @Test
  void rangeOutside_isRefused() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> all = everyMemory(arena);
      for (MemorySegment memory : all) {
        for (long[] range :
            new long[][] {{-1, 1}, {0, -1}, {SIZE, 1}, {1, SIZE}, {Long.MAX_VALUE, 2}}) {
          assertThat(callsOn(memory, range[0], range[1]))
              .allSatisfy(
                  call ->
                      assertThatThrownBy(call::run)
                          .isInstanceOf(IndexOutOfBoundsException.class)
                          .hasMessageContaining(
                              "offset " + range[0] + " + " + range[1] + " exceeds"));
        }
      }
      unmapOurs(all);
    }
  }

  @Test
  void memoryGone_isRefused() throws IOException {
    Arena arena = Arena.ofShared();
    List<MemorySegment> all = everyMemory(arena);
    unmapOurs(all);
    arena.close();
    for (MemorySegment memory : all) {
      List<Runnable> calls = new ArrayList<>(callsOn(memory, 0, 8));
      calls.add(() -> Pmem.isPmem(memory));
      calls.add(() -> Pmem.unmap(memory));
      assertThat(calls)
          .allSatisfy(
              call ->
                  assertThatThrownBy(call::run)
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("closed"));
    }
  }

  @Test
  void readOnlyMemory_canBeFlushedButNotStoredTo() {
    MemorySegment memory = map(Granularity.CACHE_LINE);
    MemorySegment view = memory.asReadOnly();
    Pmem.persist(view);
    for (Runnable call : callsOn(view, 0, 8).subList(6, 9)) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("read-only");
    }
    Pmem.unmap(memory);
  }

  @Test
  void unknownFlags_areRefused() {
    MemorySegment memory = map(Granularity.PAGE);
    for (Runnable call :
        List.<Runnable>of(
            () -> Pmem.memcpy(memory, memory, 8, 64),
            () -> Pmem.memmove(memory, memory, 8, -1),
            () -> Pmem.memset(memory, 0, 8, 1 << 20))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("invalid flags 0x");
    }
    Pmem.unmap(memory);
  }

  @Test
  void unmap_whatIsNoMapping_throws() throws IOException {
    MemorySegment memory = map(Granularity.PAGE);
    assertThatThrownBy(() -> Pmem.unmap(memory.asSlice(0, 4096)))
        .isInstanceOfSatisfying(
            MapException.class,
            e -> assertThat(e.reason()).isEqualTo(MapException.Reason.NOT_SUPPORTED));
    assertThatThrownBy(() -> Pmem.unmap(memory.asSlice(4096)))
        .isInstanceOf(MapException.class)
        .hasMessageContaining("can only be unmapped as a whole");
    try (Arena arena = Arena.ofShared()) {
      for (MemorySegment foreign : List.of(mapByChannel(arena), arena.allocate(64))) {
        assertThatThrownBy(() -> Pmem.unmap(foreign))
            .isInstanceOfSatisfying(
                MapException.class,
                e -> assertThat(e.reason()).isEqualTo(MapException.Reason.MAPPING_NOT_FOUND));
      }
    }
    Pmem.unmap(memory);
    assertThat(memory.scope().isAlive()).isFalse();
  }

  @Test
  void foreignMemory_closedWhileFlushed_isAnException() throws Exception {
    for (int round = 0; round < 20; round++) {
      Arena arena = Arena.ofShared();
      // Unmapped at once when its arena is closed: a flush that still runs would crash.
      MemorySegment memory = mapByChannel(arena, 4 << 20);
      ConcurrentUse use =
          ConcurrentUse.start(
              List.of(
                  () -> Pmem.persist(memory),
                  () -> Pmem.memset(memory, 1, 1000, 0),
                  () -> Pmem.persist(memory, 5000, 100)));
      boolean closed = false;
      while (!closed) {
        try {
          arena.close();
          closed = true;
        } catch (IllegalStateException _) {
          // A call holds the memory at this moment.
          Thread.onSpinWait();
        }
      }
      use.assertAllToldThatItIsClosed();
    }
  }

  @Test
  void mapping_unmappedWhileUsed_isAnException() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      MemorySegment memory = map(round % 2 == 0 ? Granularity.CACHE_LINE : Granularity.PAGE);
      ConcurrentUse use =
          ConcurrentUse.start(
              List.of(
                  () -> Pmem.persist(memory),
                  () -> Pmem.memset(memory, 1, 1000, 0),
                  () -> Pmem.msync(memory, 5000, 100)));
      Pmem.unmap(memory);
      use.assertAllToldThatItIsClosed();
    }
  }

  /** Uses memory of a file that is cut short meanwhile. */
  static final class Truncated {
    private Truncated() {}

    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      Files.write(file, new byte[SIZE]);
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
          Arena arena = Arena.ofShared()) {
        MemorySegment foreign = channel.map(MapMode.READ_WRITE, 0, SIZE, arena);
        MemorySegment ours = Pmem.mapFile(file, 0, 0, 0).segment();
        channel.truncate(4096);
        int errors = 0;
        for (MemorySegment memory : List.of(foreign, ours)) {
          List<Runnable> calls =
              List.of(
                  () -> Pmem.persist(memory, 8192, 8),
                  () -> Pmem.flush(memory, 8192, 8),
                  () -> Pmem.memcpy(memory, 8192, MemorySegment.ofArray(new byte[8]), 0, 8, 0),
                  () -> Pmem.memmove(memory, 0, memory, 8192, 5000, 0),
                  () -> Pmem.memset(memory, 8192, 1, 5000, 0));
          for (Runnable call : calls) {
            try {
              call.run();
            } catch (MediaErrorException e) {
              System.out.println(e.getMessage());
              errors++;
            }
          }
        }
        System.out.println("errors " + errors);
      }
    }
  }

  @Test
  void fileCutShort_isAMediaErrorAndNoCrash() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(Map.of("PMEM_IS_PMEM_FORCE", "1")).run(Truncated.class, folder.resolve("f"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("errors 10");
  }

  @Test
  void hasHwDrain_isFalseAsInC() {
    assertThat(Pmem.hasHwDrain()).isFalse();
  }

  @Test
  void hasAutoFlush_isWhatSysfsSays() throws IOException {
    String property = "io.holdfast.pmem.sysfs";
    Path region = Files.createDirectories(folder.resolve("sys/bus/nd/devices/region0"));
    System.setProperty(property, folder.resolve("sys").toString());
    try {
      Files.writeString(region.resolve("persistence_domain"), "cpu_cache\n");
      assertThat(Pmem.hasAutoFlush()).isTrue();
      Files.writeString(region.resolve("persistence_domain"), "memory_controller\n");
      assertThat(Pmem.hasAutoFlush()).isFalse();
      Files.delete(region.resolve("persistence_domain"));
      Files.createDirectory(region.resolve("persistence_domain"));
      assertThatThrownBy(Pmem::hasAutoFlush)
          .isInstanceOf(SystemCallException.class)
          .hasMessageContaining("EISDIR");
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void checkVersion_acceptsOlderMinorVersionsOnly() {
    assertThat(Pmem.checkVersion(1, 0)).isEmpty();
    assertThat(Pmem.checkVersion(Pmem.PMEM_MAJOR_VERSION, Pmem.PMEM_MINOR_VERSION)).isEmpty();
    assertThat(Pmem.checkVersion(1, 2)).get().asString().contains("minor version 2");
    assertThat(Pmem.checkVersion(2, 0)).get().asString().contains("major version 2");
    assertThat(Pmem.errormsg()).contains("major version 2");
  }

  @Test
  void errormsg_isTheThreadsLastError() throws InterruptedException {
    assertThatThrownBy(() -> Pmem.mapFile(folder.resolve("missing"), 0, 0, 0))
        .isInstanceOf(SystemCallException.class)
        .satisfies(e -> assertThat(Pmem.errormsg()).isEqualTo(e.getMessage()));
    String[] other = new String[1];
    Thread thread = Thread.ofPlatform().start(() -> other[0] = Pmem.errormsg());
    thread.join();
    assertThat(other[0]).isEmpty();

    assertThatThrownBy(() -> Pmem.persist(MemorySegment.ofArray(new byte[8])))
        .satisfies(e -> assertThat(Pmem.errormsg()).isEqualTo(e.getMessage()));
    MemorySegment memory = map(Granularity.PAGE);
    Pmem.unmap(memory);
    assertThat(Pmem.errormsg()).isEqualTo("memory on the heap cannot be made durable");
  }
}
