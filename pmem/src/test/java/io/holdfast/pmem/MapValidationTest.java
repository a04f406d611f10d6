package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.MapException.Reason;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libpmem2's rules of mapping, in its order. */
final class MapValidationTest {
  private static final MapConfig ANY =
      MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);

  @TempDir Path folder;
  private final Medium medium = Medium.system();

  private Path file(int size) throws IOException {
    return Files.write(folder.resolve("file" + size), new byte[size]);
  }

  private void assertReason(Reason reason, PmemSource source, MapConfig config, String message) {
    assertReason(reason, () -> medium.map(source, config).close(), message);
  }

  private static void assertReason(Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MapException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void map_granularityNotSet_isTheFirstComplaint() {
    assertReason(
        Reason.GRANULARITY_NOT_SET,
        PmemSource.of(folder.resolve("missing")),
        MapConfig.defaults().withOffset(1),
        "no required granularity was set");
  }

  @Test
  void map_missingFile_namesTheCall() {
    assertThatThrownBy(() -> medium.map(PmemSource.of(folder.resolve("missing")), ANY))
        .isInstanceOfSatisfying(
            SystemCallException.class,
            e -> {
              assertThat(e.call()).isEqualTo("open");
              assertThat(e.errno()).isEqualTo(2);
              assertThat(e.errnoName()).isEqualTo("ENOENT");
            })
        .hasMessage(folder.resolve("missing") + ": open: ENOENT (2), no such file or directory");
  }

  @Test
  void map_folderOrDevice_isNoFileType() {
    assertReason(Reason.INVALID_FILE_TYPE, PmemSource.of(folder), ANY, "is a folder");
    assertReason(
        Reason.INVALID_FILE_TYPE,
        PmemSource.of(folder),
        ANY.withProtection(Protection.READ),
        "is a folder");
    assertReason(
        Reason.INVALID_FILE_TYPE, PmemSource.of(Path.of("/dev/null")), ANY, "not a regular file");
  }

  @Test
  void map_offsetUnaligned_isComplainedOfBeforeAnEmptySource() throws IOException {
    assertReason(
        Reason.OFFSET_UNALIGNED,
        PmemSource.of(file(0)),
        ANY.withOffset(100),
        "offset 100 is not a multiple of 4096");
  }

  @Test
  void map_sourceEmpty_isComplainedOfBeforeALength() throws IOException {
    assertReason(
        Reason.SOURCE_EMPTY, PmemSource.of(file(0)), ANY.withLength(5), "has no bytes to map");
    assertReason(Reason.SOURCE_EMPTY, PmemSource.anonymous(0), ANY, "has no bytes to map");
  }

  @Test
  void map_lengthUnaligned_isComplainedOfBeforeTheRange() throws IOException {
    assertReason(
        Reason.LENGTH_UNALIGNED,
        PmemSource.of(file(4096)),
        ANY.withLength(99_999),
        "length 99999 is not a multiple of 4096");
  }

  @Test
  void map_rangeBeyondTheEnd_isRefused() throws IOException {
    PmemSource source = PmemSource.of(file(10_000));
    assertReason(
        Reason.MAP_RANGE, source, ANY.withLength(12_288), "offset 0 + 12288 exceeds size 10000");
    assertReason(Reason.MAP_RANGE, source, ANY.withOffset(12_288), "exceeds size 10000");
    assertReason(
        Reason.MAP_RANGE,
        source,
        ANY.withOffset(4096).withLength(Long.MAX_VALUE & -4096),
        "exceeds");
  }

  @Test
  void map_reservationTooSmall_isRefused() throws IOException {
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE,
        PmemSource.of(file(8192)),
        ANY.withReserve(4096),
        "length 8192 exceeds the reservation of 4096");
  }

  @Test
  void map_closedFile_isRefused() throws IOException {
    PmemFile file = medium.open(file(4096), FileAccess.READ_WRITE);
    file.close();

    assertReason(Reason.INVALID_FILE_HANDLE, PmemSource.of(file), ANY, "closed");
  }

  @Test
  void map_fileOpenedForReading_cannotBeStoredTo() throws IOException {
    try (PmemFile file = medium.open(file(4096), FileAccess.READ_ONLY)) {
      PmemSource source = PmemSource.of(file);
      assertReason(Reason.NO_ACCESS, source, ANY, "not opened for");
      medium.map(source, ANY.withProtection(Protection.READ)).close();
      medium.map(source, ANY.withSharing(Sharing.PRIVATE)).close();
    }
  }

  @Test
  void map_fileWithHolesOpenedForReading_cannotBeStoredTo() throws IOException {
    Path path = file(4096);
    try (PmemFile file = medium.open(path, FileAccess.READ_WRITE)) {
      file.truncate(1 << 20);
    }
    try (PmemFile file = medium.open(path, FileAccess.READ_ONLY)) {
      assertReason(Reason.NO_ACCESS, PmemSource.of(file), ANY, "not opened for");
    }
  }

  @Test
  void map_fileOfAnotherMedium_isRefused() {
    PmemFile foreign = new ForeignFile();
    assertThatThrownBy(() -> medium.map(PmemSource.of(foreign), ANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("foreign: a file of another medium");
  }

  @Test
  void map_finerGranularityThanThereIs_saysWhy() throws IOException {
    PmemSource source = PmemSource.of(file(4096));
    MapConfig finer = ANY.withRequiredGranularity(Granularity.CACHE_LINE);
    assertThatThrownBy(
            () -> ForcedGranularity.during(Granularity.PAGE, () -> medium.map(source, finer)))
        .isInstanceOf(GranularityUnavailableException.class)
        .hasMessageContaining(
            "granularity CACHE_LINE is required and PAGE available, since it is forced");
  }

  @Test
  void map_toTheEnd_mayBeUnaligned() throws IOException {
    try (PmemMap map = medium.map(PmemSource.of(file(10_000)), ANY.withOffset(4096))) {
      assertThat(map.size()).isEqualTo(5904);
      map.persist(0, 5904);
    }
  }

  @Test
  void map_offset_isWhereTheMappingBegins() throws IOException {
    byte[] content = new byte[8192];
    content[4096] = 11;
    Path path = Files.write(folder.resolve("content"), content);
    try (PmemMap map =
        medium.map(PmemSource.of(path), ANY.withOffset(4096).withProtection(Protection.READ))) {
      assertThat(map.getByte(0)).isEqualTo((byte) 11);
    }
  }

  @Test
  void map_anonymous_isByteAndIgnoresTheOffset() {
    try (PmemMap map =
        medium.map(
            PmemSource.anonymous(8192),
            MapConfig.defaults().withRequiredGranularity(Granularity.BYTE).withOffset(100))) {
      assertThat(map.size()).isEqualTo(8192);
      assertThat(map.granularity()).isEqualTo(Granularity.BYTE);
      map.putLong(0, 5);
      map.persist(0, 8);
      assertThat(map.getLong(0)).isEqualTo(5);
    }
  }

  @Test
  void map_sparseFileForStores_isAllocatedFirst() throws Exception {
    Path sparse = folder.resolve("sparse");
    try (PmemFile file = medium.create(sparse)) {
      file.truncate(1 << 20);
      medium.map(PmemSource.of(file), ANY).close();
    }
    Process du = new ProcessBuilder("du", "-k", sparse.toString()).start();
    String blocks = new String(du.getInputStream().readAllBytes(), US_ASCII);
    assertThat(Integer.parseInt(blocks.split("\\s")[0])).isGreaterThanOrEqualTo(1024);
  }

  @Test
  void mapConfig_negativeNumbers_areRefused() {
    assertReason(
        Reason.OFFSET_OUT_OF_RANGE, () -> MapConfig.defaults().withOffset(-1), "offset -1");
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE, () -> MapConfig.defaults().withLength(-1), "length -1");
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE, () -> MapConfig.defaults().withReserve(-1), "reservation -1");
    assertThatThrownBy(() -> PmemSource.anonymous(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void map_withoutAccess_givesExceptionsAndNoFaults() throws IOException {
    for (Granularity granularity : Granularity.values()) {
      PmemSource source = PmemSource.of(file(8192));
      MapConfig config = ANY.withProtection(Protection.NONE);
      try (PmemMap map = ForcedGranularity.during(granularity, () -> medium.map(source, config))) {
        assertThat(map.size()).isEqualTo(8192);
        assertThat(map.segment().byteSize()).isZero();
        MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
        List<ThrowingCallable> loads =
            List.of(
                () -> map.getByte(0),
                () -> map.getLongAcquire(8),
                () -> map.read(0, bytes, 0, 4096));
        for (ThrowingCallable load : loads) {
          assertThatThrownBy(load).isInstanceOf(IndexOutOfBoundsException.class);
        }
        List<ThrowingCallable> stores =
            List.of(
                () -> map.copy(0, bytes, 0, 8, CopyMode.PERSIST),
                () -> map.move(0, 8, 8, CopyMode.PERSIST),
                () -> map.fill(0, 8, (byte) 1, CopyMode.PERSIST));
        for (ThrowingCallable store : stores) {
          assertThatThrownBy(store).isInstanceOf(IllegalArgumentException.class);
        }
        map.prefetch(0, 8192);
        map.drain();
      }
    }
  }

  @Test
  void map_executable_runsTheCodeInIt() throws Throwable {
    byte[] code =
        System.getProperty("os.arch").equals("amd64")
            ? new byte[] {(byte) 0xB8, 42, 0, 0, 0, (byte) 0xC3}
            : new byte[] {0x40, 5, (byte) 0x80, 0x52, (byte) 0xC0, 3, 0x5F, (byte) 0xD6};
    Path path = Files.write(folder.resolve("code"), Arrays.copyOf(code, 4096));
    for (Protection protection :
        new Protection[] {Protection.READ_EXECUTE, Protection.READ_WRITE_EXECUTE}) {
      try (PmemMap map = medium.map(PmemSource.of(path), ANY.withProtection(protection))) {
        assertThat(answer(map.segment())).isEqualTo(42);
        assertThat(map.segment().isReadOnly()).isEqualTo(!protection.allowsStores());
      }
    }
  }

  @SuppressWarnings("restricted")
  private static int answer(MemorySegment code) throws Throwable {
    return (int)
        Linker.nativeLinker()
            .downcallHandle(
                MemorySegment.ofAddress(code.address()), FunctionDescriptor.of(JAVA_INT))
            .invokeExact();
  }

  @Test
  void map_fileOfAFileSystemThatForbidsExecution_isNoAccess() throws IOException {
    try (SmallFileSystem tmpfs = SmallFileSystem.mount(folder, "tmpfs", "size=1m,noexec")) {
      Path path = Files.write(tmpfs.folder().resolve("code"), new byte[4096]);
      assertReason(
          Reason.NO_ACCESS,
          PmemSource.of(path),
          ANY.withProtection(Protection.READ_EXECUTE),
          "forbid");
    }
  }

  @Test
  void map_fullFileSystem_isOutOfSpaceAndChangesNothing() throws IOException {
    try (SmallFileSystem tmpfs = SmallFileSystem.mount(folder, "tmpfs", "size=1m")) {
      Path path = tmpfs.folder().resolve("sparse");
      try (PmemFile file = medium.create(path)) {
        file.truncate(4 << 20);
        assertThatThrownBy(() -> medium.map(PmemSource.of(file), ANY))
            .isInstanceOf(OutOfSpaceException.class)
            .hasMessageContaining(path + ": fallocate: ENOSPC");
        medium.map(PmemSource.of(file), ANY.withProtection(Protection.READ)).close();
      }
    }
  }

  @Test
  void map_absurdSizes_areExceptions() throws IOException {
    assertThatThrownBy(() -> medium.map(PmemSource.anonymous(1L << 60), ANY))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("ENOMEM"));
    assertThatThrownBy(() -> medium.map(PmemSource.anonymous(Long.MAX_VALUE), ANY))
        .isInstanceOf(PmemException.class);
    PmemSource source = PmemSource.of(file(4096));
    assertThatThrownBy(() -> medium.map(source, ANY.withReserve(Long.MAX_VALUE)))
        .isInstanceOf(MapException.class);
    assertThatThrownBy(() -> medium.map(source, ANY.withReserve(1L << 60)))
        .isInstanceOf(SystemCallException.class);
    assertReason(Reason.MAP_RANGE, source, ANY.withOffset(Long.MAX_VALUE & -4096), "exceeds");
  }
}
