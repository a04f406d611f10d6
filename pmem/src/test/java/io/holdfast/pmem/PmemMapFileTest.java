package io.holdfast.pmem;

import static io.holdfast.pmem.Pmem.PMEM_FILE_CREATE;
import static io.holdfast.pmem.Pmem.PMEM_FILE_EXCL;
import static io.holdfast.pmem.Pmem.PMEM_FILE_SPARSE;
import static io.holdfast.pmem.Pmem.PMEM_FILE_TMPFILE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code pmem_map_file}'s checks and effects, in its order. */
final class PmemMapFileTest {
  private static final int MODE = 0640;

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("file");
  }

  private static long allocated(Path path) throws IOException {
    // In units of 512 bytes, as stat(2) has it.
    return blocks(path) * 512;
  }

  private static long blocks(Path path) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
  }

  private static void refused(Path path, long length, int flags, String reason) {
    assertThatThrownBy(() -> Pmem.mapFile(path, length, flags, MODE))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("EINVAL"))
        .hasMessageContaining(path.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void create_makesAFileOfTheLengthAndMode() throws IOException {
    Pmem.MappedFile mapped = Pmem.mapFile(file, 10_000, PMEM_FILE_CREATE, MODE);
    assertThat(mapped.length()).isEqualTo(10_000);
    assertThat(mapped.segment().byteSize()).isEqualTo(10_000);
    assertThat(mapped.isPmem()).isFalse();
    assertThat(Files.size(file)).isEqualTo(10_000);
    assertThat(allocated(file)).isGreaterThanOrEqualTo(10_000);
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    mapped.segment().set(JAVA_BYTE, 9999, (byte) 4);
    Pmem.msync(mapped.segment());
    Pmem.unmap(mapped.segment());
    assertThat(Files.readAllBytes(file)[9999]).isEqualTo((byte) 4);
  }

  @ParameterizedTest
  @CsvSource({"4096, 10000", "10000, 4096", "4096, 4096"})
  void create_existingFile_isGivenTheLength(int old, int length) throws IOException {
    byte[] bytes = new byte[old];
    bytes[100] = 3;
    Files.write(file, bytes);
    Pmem.MappedFile mapped = Pmem.mapFile(file, length, PMEM_FILE_CREATE, MODE);
    assertThat(mapped.segment().get(JAVA_BYTE, 100)).isEqualTo((byte) 3);
    assertThat(Files.size(file)).isEqualTo(length);
    Pmem.unmap(mapped.segment());
  }

  @Test
  void noFlags_mapsTheWholeFile() throws IOException {
    Files.write(file, new byte[] {1, 2, 3});
    Pmem.MappedFile mapped = Pmem.mapFile(file, 0, 0, 0);
    assertThat(mapped.segment().toArray(JAVA_BYTE)).containsExactly(1, 2, 3);
    Pmem.unmap(mapped.segment());
  }

  @Test
  void noFlags_keepsHoles() throws IOException {
    Pmem.unmap(Pmem.mapFile(file, 1 << 20, PMEM_FILE_CREATE | PMEM_FILE_SPARSE, MODE).segment());
    assertThat(allocated(file)).isZero();
    MemorySegment memory = Pmem.mapFile(file, 0, PMEM_FILE_SPARSE, 0).segment();
    assertThat(allocated(file)).isZero();
    assertThat(Files.size(file)).isEqualTo(1 << 20);
    Pmem.unmap(memory);
  }

  @Test
  void create_fillsTheHolesOfAnExistingFile() throws IOException {
    Pmem.unmap(Pmem.mapFile(file, 1 << 20, PMEM_FILE_CREATE | PMEM_FILE_SPARSE, MODE).segment());
    Pmem.unmap(Pmem.mapFile(file, 1 << 20, PMEM_FILE_CREATE, MODE).segment());
    assertThat(allocated(file)).isGreaterThanOrEqualTo(1 << 20);
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void sparse_storesWorkAtEveryGranularity(Granularity granularity) throws IOException {
    int flags = PMEM_FILE_CREATE | PMEM_FILE_SPARSE;
    MemorySegment memory =
        ForcedGranularity.during(
            granularity, () -> Pmem.mapFile(file, 1 << 20, flags, MODE).segment());
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    Pmem.memcpyPersist(memory.asSlice(4090), bytes, 9);
    Pmem.memset(memory, 300_000, 7, 100_000, 0);
    Pmem.memmovePersist(memory.asSlice(500_000), memory.asSlice(300_000), 100_000);
    Pmem.persist(memory);
    Pmem.unmap(memory);
    byte[] read = Files.readAllBytes(file);
    assertThat(read[4098]).isEqualTo((byte) 9);
    assertThat(read[399_999]).isEqualTo((byte) 7);
    assertThat(read[599_999]).isEqualTo((byte) 7);
    assertThat(allocated(file)).isBetween(200_000L, 500_000L);
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void sparse_fullFileSystem_isAMediaErrorOfTheStore(Granularity granularity) throws IOException {
    try (SmallFileSystem small = SmallFileSystem.mount(folder, "tmpfs", "size=1m")) {
      int flags = PMEM_FILE_CREATE | PMEM_FILE_SPARSE;
      Path sparse = small.folder().resolve("sparse");
      MemorySegment memory =
          ForcedGranularity.during(
              granularity, () -> Pmem.mapFile(sparse, 8 << 20, flags, MODE).segment());
      assertThatThrownBy(() -> Pmem.memset(memory, 0, 1, 8 << 20, 0))
          .isInstanceOf(MediaErrorException.class)
          .hasMessageContaining("sparse: offset 0 + 8388608 cannot be accessed");
      MemorySegment source = MemorySegment.ofArray(new byte[1 << 20]);
      assertThatThrownBy(() -> Pmem.memcpy(memory, 6 << 20, source, 0, 1 << 20, 0))
          .isInstanceOf(MediaErrorException.class);
      assertThatThrownBy(() -> Pmem.memmove(memory, 6 << 20, memory, 0, 1 << 20, 0))
          .isInstanceOf(MediaErrorException.class);
      Pmem.unmap(memory);
    }
  }

  @Test
  void create_fullFileSystem_isOutOfSpace() throws IOException {
    try (SmallFileSystem small = SmallFileSystem.mount(folder, "tmpfs", "size=1m")) {
      Path full = small.folder().resolve("full");
      assertThatThrownBy(() -> Pmem.mapFile(full, 8 << 20, PMEM_FILE_CREATE, MODE))
          .isInstanceOf(OutOfSpaceException.class);
      assertThat(full).exists();
      Files.delete(full);
      int flags = PMEM_FILE_CREATE | PMEM_FILE_EXCL;
      assertThatThrownBy(() -> Pmem.mapFile(full, 8 << 20, flags, MODE))
          .isInstanceOf(OutOfSpaceException.class);
      assertThat(full).as("created by this call, so removed by it").doesNotExist();
    }
  }

  @Test
  void excl_existingFile_fails() throws IOException {
    Files.write(file, new byte[] {1});
    assertThatThrownBy(() -> Pmem.mapFile(file, 4096, PMEM_FILE_CREATE | PMEM_FILE_EXCL, MODE))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("EEXIST"));
    assertThat(Files.readAllBytes(file)).as("not touched").containsExactly(1);
    Pmem.unmap(Pmem.mapFile(file, 0, PMEM_FILE_EXCL, MODE).segment());
  }

  @ParameterizedTest
  @CsvSource({"0", "2", "4", "6"})
  void tmpfile_hasNoName(int more) throws IOException {
    int flags = PMEM_FILE_CREATE | PMEM_FILE_TMPFILE | more;
    MemorySegment memory = Pmem.mapFile(folder, 8192, flags, 0).segment();
    memory.set(JAVA_BYTE, 8191, (byte) 1);
    try (Stream<Path> names = Files.list(folder)) {
      assertThat(names).isEmpty();
    }
    Pmem.unmap(memory);
  }

  @Test
  void tmpfile_pathIsNoFolder_fails() throws IOException {
    Files.createFile(file);
    assertThatThrownBy(() -> Pmem.mapFile(file, 8192, PMEM_FILE_CREATE | PMEM_FILE_TMPFILE, MODE))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("ENOTDIR"));
  }

  /** The checks in their order: what is refused for the first reason has the later ones, too. */
  @Test
  void nonsense_isRefusedInLibpmemsOrder() {
    refused(file, -1, 16 | PMEM_FILE_TMPFILE, "invalid flags 0x10");
    refused(file, 0, -1, "invalid flags 0xfffffff0");
    refused(file, -1, PMEM_FILE_CREATE, "length -1 is negative");
    refused(file, 4096, PMEM_FILE_TMPFILE, "length 4096 without PMEM_FILE_CREATE");
    refused(file, 4096, 0, "length 4096 without PMEM_FILE_CREATE");
    refused(file, 0, PMEM_FILE_CREATE | PMEM_FILE_TMPFILE, "length 0 with PMEM_FILE_CREATE");
    refused(file, 0, PMEM_FILE_TMPFILE, "PMEM_FILE_TMPFILE without PMEM_FILE_CREATE");
    assertThat(file).as("nothing was created").doesNotExist();
  }

  @Test
  void noBytes_isRefused() throws IOException {
    Files.createFile(file);
    assertThatThrownBy(() -> Pmem.mapFile(file, 0, 0, 0))
        .isInstanceOfSatisfying(
            MapException.class,
            e -> assertThat(e.reason()).isEqualTo(MapException.Reason.SOURCE_EMPTY));
  }

  @Test
  void whatIsNoFile_isRefused() {
    assertThatThrownBy(() -> Pmem.mapFile(file, 0, 0, 0))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("ENOENT"));
    assertThatThrownBy(() -> Pmem.mapFile(folder, 0, 0, 0))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("EISDIR"));
    for (int flags : new int[] {0, PMEM_FILE_CREATE}) {
      assertThatThrownBy(() -> Pmem.mapFile(Path.of("/dev/zero"), flags * 4096L, flags, MODE))
          .isInstanceOfSatisfying(
              MapException.class,
              e -> assertThat(e.reason()).isEqualTo(MapException.Reason.INVALID_FILE_TYPE));
    }
  }

  @Test
  void absurdLength_isRefused() {
    assertThatThrownBy(() -> Pmem.mapFile(file, Long.MAX_VALUE, PMEM_FILE_CREATE, MODE))
        .isInstanceOf(PmemException.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(
            () ->
                Pmem.mapFile(
                    folder.resolve("sparse"),
                    1L << 48,
                    PMEM_FILE_CREATE | PMEM_FILE_SPARSE | PMEM_FILE_EXCL,
                    MODE))
        .isInstanceOf(PmemException.class);
    assertThat(folder.resolve("sparse")).doesNotExist();
  }

  /** A device DAX made up of {@code /dev/zero}'s number and a tree in the manner of sysfs. */
  @Test
  void deviceDax_onlyItsLengthAndHarmlessFlags() throws IOException {
    String property = "io.holdfast.pmem.sysfs";
    Path sys = folder.resolve("sys");
    Path device = Files.createDirectories(sys.resolve("devices/virtual/dax0.0"));
    Files.createDirectories(sys.resolve("bus/dax"));
    Files.createDirectories(sys.resolve("dev/char"));
    Files.createSymbolicLink(sys.resolve("dev/char/1:5"), device);
    Files.createSymbolicLink(device.resolve("subsystem"), sys.resolve("bus/dax"));
    Files.writeString(device.resolve("size"), "2097152\n");
    Files.writeString(device.resolve("align"), "2097152\n");
    Path zero = Path.of("/dev/zero");
    System.setProperty(property, sys.toString());
    try {
      refused(zero, 0, PMEM_FILE_EXCL, "flags 0x2 do not suit a device DAX");
      refused(zero, 0, PMEM_FILE_CREATE | PMEM_FILE_TMPFILE, "flags 0x8 do not suit a device DAX");
      refused(zero, 4096, PMEM_FILE_CREATE, "length 4096 is neither 0 nor the device's 2097152");
      for (long length : new long[] {0, 2_097_152}) {
        for (int flags : new int[] {0, PMEM_FILE_CREATE, PMEM_FILE_CREATE | PMEM_FILE_SPARSE}) {
          Pmem.MappedFile mapped = Pmem.mapFile(zero, length, flags, 0);
          assertThat(mapped.length()).isEqualTo(2_097_152);
          assertThat(mapped.isPmem()).isTrue();
          Pmem.memsetPersist(mapped.segment(), 1, 100);
          Pmem.msync(mapped.segment());
          Pmem.unmap(mapped.segment());
        }
      }
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void mappings_ofOneFile_seeEachOther() {
    MemorySegment one = Pmem.mapFile(file, 8192, PMEM_FILE_CREATE, MODE).segment();
    MemorySegment two = Pmem.mapFile(file, 0, 0, 0).segment();
    one.set(JAVA_BYTE, 5, (byte) 5);
    assertThat(two.get(JAVA_BYTE, 5)).isEqualTo((byte) 5);
    Pmem.unmap(one);
    assertThat(two.get(JAVA_BYTE, 5)).isEqualTo((byte) 5);
    Pmem.unmap(two);
  }
}
