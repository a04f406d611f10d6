package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that are descriptors. */
final class OpenedSourceTest {
  private static final int WRITE_ONLY = 1;
  private static final int PATH_ONLY = 0x200000;

  @TempDir Path folder;

  private Path file() throws IOException {
    return Files.write(folder.resolve("file"), new byte[4096]);
  }

  private static void assertReason(Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MapException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void ofDescriptor_isMappedAndStaysTheCallers() throws IOException {
    Descriptor mine = Descriptor.open(file(), Descriptor.READ_WRITE);
    PmemSource source = PmemSource.ofDescriptor(mine.number());

    assertThat(source.size()).isEqualTo(4096);
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    PmemMap map = Medium.system().map(source, config);
    assertThat(mine.status().size()).isEqualTo(4096);
    mine.close();
    map.putLong(0, 7);
    map.persist(0, 8);
    map.close();
    assertThat(Files.readAllBytes(folder.resolve("file"))[0]).isEqualTo((byte) 7);
    assertReason(Reason.INVALID_FILE_HANDLE, source::size, "not open");
  }

  @Test
  void ofDescriptor_negativeOrNotOpen_isNoHandle() {
    assertReason(
        Reason.INVALID_FILE_HANDLE, () -> PmemSource.ofDescriptor(-1), "descriptor -1: negative");
    assertReason(
        Reason.INVALID_FILE_HANDLE,
        () -> PmemSource.ofDescriptor(987654),
        "descriptor 987654: not open");
  }

  @Test
  void ofDescriptor_notOpenForReading_isNoHandle() throws IOException {
    Path file = file();
    for (int flags : new int[] {WRITE_ONLY, PATH_ONLY}) {
      Descriptor opened = Descriptor.open(file, flags);
      assertReason(
          Reason.INVALID_FILE_HANDLE,
          () -> PmemSource.ofDescriptor(opened.number()),
          "not open for reading");
      opened.close();
    }
  }

  @Test
  void ofDescriptor_ofAnotherType_isNoSource() throws IOException {
    Process pipe = new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start();
    assertThat(pipe.onExit().join().exitValue()).isZero();
    for (Path path : new Path[] {folder, folder.resolve("pipe"), Path.of("/dev/null")}) {
      Descriptor opened = Descriptor.open(path, Descriptor.READ_ONLY | Descriptor.NON_BLOCKING);
      assertReason(
          Reason.INVALID_FILE_TYPE,
          () -> PmemSource.ofDescriptor(opened.number()),
          "descriptor " + opened.number() + ": ");
      opened.close();
    }
  }

  /** A shared mapping of {@code /dev/zero} with an offset has no pages: to touch one faults. */
  @Test
  void transfer_ofADevice_whosePagesCannotBeHad_isAMediaError() throws IOException {
    try (SysfsTree sysfs = new SysfsTree(Files.createDirectory(folder.resolve("sys")))) {
      Path node = Path.of("/dev/zero");
      sysfs.addRegion(0, 0).addDaxDevice(node, 0, 0, 4 << 20, 2 << 20);
      Descriptor opened = Descriptor.open(node, Descriptor.READ_WRITE);
      PmemSource device = PmemSource.ofDescriptor(opened.number());
      for (int length : new int[] {1, 8, 5000}) {
        MemorySegment memory = MemorySegment.ofArray(new byte[length]);
        String message = ": offset 2097153 + " + length + " cannot be accessed";
        assertThatThrownBy(() -> device.read((2 << 20) + 1, memory))
            .isInstanceOf(MediaErrorException.class)
            .hasMessageEndingWith(message);
        assertThatThrownBy(() -> device.write((2 << 20) + 1, memory))
            .isInstanceOf(MediaErrorException.class)
            .hasMessageEndingWith(message);
      }
      opened.close();
    }
  }
}
