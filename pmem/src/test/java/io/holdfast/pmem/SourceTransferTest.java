package io.holdfast.pmem;

import static io.holdfast.pmem.internal.SysfsTree.region;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.internal.SysfsTree;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads and writes of sources without a mapping. */
final class SourceTransferTest {
  private static final long MIB = 1 << 20;
  private static final Path NODE = Path.of("/dev/zero");

  @TempDir Path folder;
  @TempDir Path root;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("file"), text);
  }

  private static MemorySegment heap(String text) {
    return MemorySegment.ofArray(text.getBytes(US_ASCII));
  }

  @Test
  void read_fillsHeapAndNativeMemory() throws IOException {
    PmemSource source = PmemSource.of(file("0123456789"));
    byte[] heap = new byte[4];
    source.read(3, MemorySegment.ofArray(heap));
    assertThat(heap).asString(US_ASCII).isEqualTo("3456");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(10);
      source.read(0, memory);
      assertThat(memory.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
          .asString(US_ASCII)
          .isEqualTo("0123456789");
    }
  }

  @Test
  void write_changesExactlyItsRange() throws IOException {
    Path file = file("0123456789");
    PmemSource.of(file).write(3, heap("abc"));

    assertThat(file).hasContent("012abc6789");
  }

  @Test
  void transfer_ofAnOpenFile_usesItsDescriptor() throws IOException {
    Path file = file("0123456789");
    try (PmemFile opened = Medium.system().open(file, FileAccess.READ_WRITE)) {
      PmemSource source = PmemSource.of(opened);
      source.write(8, heap("XY"));
      byte[] read = new byte[2];
      source.read(8, MemorySegment.ofArray(read));
      assertThat(read).asString(US_ASCII).isEqualTo("XY");
      assertThat(opened.size()).isEqualTo(10);
    }
  }

  @Test
  void transfer_outOfRange_changesNothing() throws IOException {
    Path file = file("0123456789");
    PmemSource source = PmemSource.of(file);
    long[][] ranges = {{-1, 1}, {10, 1}, {0, 11}, {9, 2}, {Long.MAX_VALUE, 1}, {11, 0}};
    for (long[] range : ranges) {
      MemorySegment memory = MemorySegment.ofArray(new byte[(int) range[1]]);
      String message = file + ": offset " + range[0] + " + " + range[1] + " exceeds size 10";
      assertThatThrownBy(() -> source.read(range[0], memory))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> source.write(range[0], memory))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage(message);
    }
    source.read(10, MemorySegment.ofArray(new byte[0]));
    assertThat(file).hasContent("0123456789");
  }

  @Test
  void transfer_ofAnonymousMemory_isNoSuchSource() {
    PmemSource memory = PmemSource.anonymous(4096);

    assertThatThrownBy(() -> memory.read(0, heap("x")))
        .isInstanceOfSatisfying(
            DeviceException.class,
            e -> assertThat(e.reason()).isEqualTo(DeviceException.Reason.SOURCE_TYPE_NOT_SUPPORTED))
        .hasMessageContaining("anonymous memory");
    assertThatThrownBy(() -> memory.write(0, heap("x"))).isInstanceOf(DeviceException.class);
  }

  /** The bytes of {@code /dev/zero}'s mapping are zero, and what is stored there goes nowhere. */
  @Test
  void transfer_ofADevice_goesThroughAMapping() {
    try (SysfsTree sysfs = new SysfsTree(root)) {
      sysfs.addRegion(0, 0).addDaxDevice(NODE, 0, 0, 4 * MIB, 2 * MIB);
      PmemSource device = PmemSource.of(NODE);
      byte[] read =
          heap("not read at all, not at all").toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      device.read(2 * MIB - 5, MemorySegment.ofArray(read));

      assertThat(read).containsOnly(0);
      device.write(2 * MIB - 3, heap("end"));
      assertThatThrownBy(() -> device.write(4 * MIB - 2, heap("end")))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("/dev/zero: offset 4194302 + 3 exceeds size 4194304");
    }
  }

  @Test
  void read_ofADevice_whereABadBlockIsKnown_namesIt() {
    try (SysfsTree sysfs = new SysfsTree(root)) {
      sysfs.addRegion(0, 0).addDaxDevice(NODE, 0, 2 * MIB, 4 * MIB, 2 * MIB);
      sysfs.put(region(0, "badblocks"), "4104 8");
      PmemSource device = PmemSource.of(NODE);

      device.read(0, MemorySegment.ofArray(new byte[4096]));
      device.read(8192, MemorySegment.ofArray(new byte[4096]));
      assertThatThrownBy(() -> device.read(8000, MemorySegment.ofArray(new byte[193])))
          .isInstanceOf(MediaErrorException.class)
          .hasMessageContaining("/dev/zero: offset 8000 + 193 cannot be accessed")
          .hasMessageContaining("bad blocks at 4096 + 4096");
    }
  }
}
