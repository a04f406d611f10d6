package io.holdfast.pmem;

import static io.holdfast.pmem.internal.SysfsTree.dimm;
import static io.holdfast.pmem.internal.SysfsTree.region;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.DeviceException.Reason;
import io.holdfast.pmem.internal.SysfsTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sources say of themselves and their devices, on machines that a made-up sysfs presents. */
final class SourceQueriesTest {
  private static final long MIB = 1 << 20;

  /** A character device that every machine has, in the role of a device DAX. */
  private static final Path NODE = Path.of("/dev/zero");

  private final PmemSource device = PmemSource.of(NODE);
  private final PmemSource memory = PmemSource.anonymous(3 * MIB);

  @TempDir Path root;
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private SysfsTree sysfs;

  @SuppressWarnings("NullAway.Init")
  private PmemSource file;

  @BeforeEach
  void presentMachine() throws IOException {
    sysfs = new SysfsTree(root);
    file = PmemSource.of(Files.write(folder.resolve("file"), new byte[5000]));
  }

  @AfterEach
  void presentRealMachine() {
    sysfs.close();
  }

  private String addDaxDevice() {
    sysfs.addDimm(0, "8089-a2-1837-00000f2e", 3).addDimm(1, "8089-a2-1837-00000f2f", 4);
    sysfs.addRegion(0, 0x1_0000_0000L, 0, 1);
    return sysfs.addDaxDevice(NODE, 0, 0x1_0020_0000L, 4 * MIB, 2 * MIB);
  }

  private static void assertReason(Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DeviceException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void size_isTheFilesTheDevicesOrTheMemorys() {
    addDaxDevice();

    assertThat(file.size()).isEqualTo(5000);
    assertThat(device.size()).isEqualTo(4 * MIB);
    assertThat(memory.size()).isEqualTo(3 * MIB);
  }

  @Test
  void alignment_isAPageOrTheDevices() {
    addDaxDevice();
    long page = PmemCapabilities.ofThisMachine().pageBytes();

    assertThat(file.alignment()).isEqualTo(page);
    assertThat(device.alignment()).isEqualTo(2 * MIB);
    assertThat(memory.alignment()).isEqualTo(page);
  }

  @Test
  void alignment_ofAnOlderKernel_isFoundOneFolderUp() {
    String own = addDaxDevice();
    sysfs.remove(own + "/align").put(own + "/../align", "4096");

    assertThat(device.alignment()).isEqualTo(4096);
  }

  @Test
  void characterDevice_ofAnotherSubsystem_isNoSource() {
    assertThatThrownBy(device::size)
        .isInstanceOfSatisfying(
            MapException.class,
            e -> assertThat(e.reason()).isEqualTo(MapException.Reason.INVALID_FILE_TYPE))
        .hasMessage("/dev/zero: not a regular file and not a device DAX");
  }

  @Test
  void size_malformed_saysSo() {
    String own = addDaxDevice();
    for (String text : new String[] {"", "many", "-4096", "99999999999999999999", "+1", "0x-1"}) {
      sysfs.put(own + "/size", text);
      assertReason(
          Reason.INVALID_SIZE_FORMAT, device::size, "/size: \"" + text + "\" is no number");
    }
    sysfs.remove(own + "/size");
    assertReason(Reason.INVALID_SIZE_FORMAT, device::size, "/size: no such file");
  }

  @Test
  void alignment_malformed_saysSo() {
    String own = addDaxDevice();
    sysfs.put(own + "/align", "2M");
    assertReason(Reason.INVALID_ALIGNMENT_FORMAT, device::alignment, "/align: \"2M\" is no number");
    for (String text : new String[] {"0", "1", "2048", "3000000"}) {
      sysfs.put(own + "/align", text);
      assertReason(Reason.INVALID_ALIGNMENT_VALUE, device::alignment, "alignment " + text + " is");
    }
  }

  @Test
  void deviceId_andCount_areThoseOfAllDimms() {
    addDaxDevice();

    assertThat(device.deviceId()).isEqualTo("8089-a2-1837-00000f2e8089-a2-1837-00000f2f");
    assertThat(device.unsafeShutdownCount()).isEqualTo(7);
    assertThat(device.numaNode()).isZero();
  }

  @Test
  void fileOnDax_isAskedThroughItsBlockDevice() {
    sysfs.addDimm(5, "abcd-01", 11).addRegion(1, 0, 5).addBlockDevice(folder, 1);

    assertThat(file.deviceId()).isEqualTo("abcd-01");
    assertThat(file.unsafeShutdownCount()).isEqualTo(11);
    assertThat(file.numaNode()).isEqualTo(1);
  }

  @Test
  void fileElsewhere_hasNoRegion() {
    for (int known = 0; known < 2; known++) {
      assertReason(Reason.DAX_REGION_NOT_FOUND, file::numaNode, "in no region");
      assertReason(Reason.NOT_SUPPORTED, file::deviceId, "in no region");
      assertReason(Reason.NOT_SUPPORTED, file::unsafeShutdownCount, "in no region");
      assertThat(file.badBlocks()).isEmpty();
      // And again on a block device that is no persistent memory.
      if (known == 0) {
        sysfs.link("dev/block/" + deviceOf(folder), "devices/pci0000:00/virtio1/block/vda");
      }
    }
  }

  private static String deviceOf(Path path) {
    try {
      int device = (int) (long) (Long) Files.getAttribute(path, "unix:dev");
      return ((device >>> 8) & 0xfff) + ":" + ((device & 0xff) | ((device >>> 12) & 0xfff00));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void dimmWithoutCountOrId_isNotSupported() {
    addDaxDevice();
    sysfs.remove(dimm(1, "nfit/dirty_shutdown"));
    assertReason(Reason.NOT_SUPPORTED, device::unsafeShutdownCount, "nmem1/nfit/dirty_shutdown");
    assertThat(device.deviceId()).isNotEmpty();

    sysfs.remove(dimm(0, "nfit/id"));
    assertReason(Reason.NOT_SUPPORTED, device::deviceId, "nmem0/nfit/id");
  }

  @Test
  void regionWithoutDimms_hasNoIdAndNoCount() {
    addDaxDevice();
    sysfs.addRegion(1, 0).addBlockDevice(folder, 1);

    assertReason(Reason.NOT_SUPPORTED, file::deviceId, "made of no DIMM");
    assertReason(Reason.NOT_SUPPORTED, file::unsafeShutdownCount, "made of no DIMM");
    assertThat(file.numaNode()).isEqualTo(1);
  }

  @Test
  void malformedCountOrMapping_saysSo() {
    addDaxDevice();
    sysfs.put(dimm(0, "nfit/dirty_shutdown"), "often");
    assertReason(Reason.INVALID_DEV_FORMAT, device::unsafeShutdownCount, "\"often\" is no number");

    sysfs.put(region(0, "mapping1"), "dimm7");
    assertReason(Reason.INVALID_DEV_FORMAT, device::deviceId, "mapping1: names no DIMM");

    sysfs.put(region(0, "mappings"), "two");
    assertReason(Reason.INVALID_DEV_FORMAT, device::deviceId, "\"two\" is no number");

    sysfs.put(region(0, "numa_node"), "here");
    assertReason(Reason.INVALID_DEV_FORMAT, device::numaNode, "\"here\" is no number");
  }

  @Test
  void numaNode_negative_isThePlatformsWordForNone() {
    addDaxDevice();
    sysfs.put(region(0, "numa_node"), "-1");

    assertThat(device.numaNode()).isEqualTo(-1);
  }

  @Test
  void malformedRegionId_saysSo() {
    addDaxDevice();
    sysfs.put(region(0, "dax0.0/dax_region/id"), "first");

    assertReason(Reason.INVALID_REGION_FORMAT, device::numaNode, "\"first\" is no number");
  }

  @Test
  void deviceOutsideOfARegion_isNotFound() {
    String own = "devices/platform/hmem.0/dax0.0";
    sysfs.put(own + "/size", "4194304").put(own + "/align", "2097152");
    sysfs.link(own + "/subsystem", "bus/dax").link("dev/char/1:5", own);

    assertThat(device.size()).isEqualTo(4 * MIB);
    assertReason(Reason.DAX_REGION_NOT_FOUND, device::numaNode, "/dev/zero: in no region");
    assertReason(Reason.NOT_SUPPORTED, device::deviceId, "/dev/zero: in no region");
    assertThat(device.badBlocks()).isEmpty();
  }

  @Test
  void linkOutOfSysfs_isMalformed() throws IOException {
    Files.createDirectories(root.resolve("dev/block"));
    Files.createSymbolicLink(root.resolve("dev/block/" + deviceOf(folder)), Path.of("/proc"));

    assertReason(Reason.INVALID_DEV_FORMAT, file::numaNode, "leads to /proc, outside of " + root);
    Files.delete(root.resolve("dev/block/" + deviceOf(folder)));
  }

  @Test
  void anonymousMemory_isOnNoDevice() {
    assertReason(Reason.NOT_SUPPORTED, memory::numaNode, "anonymous memory");
    assertReason(Reason.NOT_SUPPORTED, memory::deviceId, "anonymous memory");
    assertReason(Reason.NOT_SUPPORTED, memory::unsafeShutdownCount, "anonymous memory");
    assertReason(Reason.NOT_SUPPORTED, memory::badBlocks, "anonymous memory");
    assertReason(
        Reason.NOT_SUPPORTED, () -> memory.clearBadBlock(new BadBlock(0, 512)), "anonymous memory");
  }

  @Test
  void missingFile_namesTheCall() {
    PmemSource missing = PmemSource.of(folder.resolve("missing"));

    assertThatThrownBy(missing::size)
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining("open: ENOENT");
  }
}
