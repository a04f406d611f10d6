package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.UnsafeShutdown.Device;
import io.holdfast.pmem.UnsafeShutdown.Finding;
import io.holdfast.pmem.internal.SysfsTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The decision table, on machines that a made-up sysfs presents. */
final class UnsafeShutdownTest {
  private static final long OFFSET = 64;
  private static final long DATA = 1024;

  @TempDir Path root;
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private SysfsTree sysfs;

  @SuppressWarnings("NullAway.Init")
  private Path file;

  /** What the record says, if there is one. */
  private enum Stored {
    NOTHING,
    SAME_DEVICE,
    OTHER_DEVICE
  }

  /** Whether the platform has failed since. */
  private enum Count {
    EQUAL,
    RISEN
  }

  /** How the program ended. */
  private enum Ended {
    CLEANLY,
    IN_USE
  }

  /** Whether the DIMMs tell. */
  private enum Dimms {
    COUNT,
    SILENT
  }

  @BeforeEach
  void presentMachine() throws IOException {
    sysfs = new SysfsTree(root);
    sysfs.addDimm(0, "8089-a2", 5).addRegion(0, 0, 0).addBlockDevice(folder, 0);
    file = Files.write(folder.resolve("file"), new byte[4096]);
  }

  @AfterEach
  void presentRealMachine() {
    sysfs.close();
  }

  private PmemMap map() {
    return Medium.system()
        .map(PmemSource.of(file), MapConfig.defaults().withRequiredGranularity(Granularity.PAGE));
  }

  private Optional<Device> device() {
    return Device.of(PmemSource.of(file));
  }

  private Finding open() {
    try (PmemMap map = map()) {
      return UnsafeShutdown.open(map, OFFSET, device()).finding();
    }
  }

  private void use(Ended ended) {
    try (PmemMap map = map()) {
      UnsafeShutdown state = UnsafeShutdown.open(map, OFFSET, device());
      state.begin();
      map.putLong(DATA, 7);
      map.deepFlush(DATA, 8);
      if (ended == Ended.CLEANLY) {
        state.end();
      }
    }
  }

  private byte[] bytes() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void open_decidesAsLibpmem2Documents() {
    for (Stored stored : Stored.values()) {
      for (Count count : Count.values()) {
        for (Ended ended : Ended.values()) {
          for (Dimms dimms : Dimms.values()) {
            decide(stored, count, ended, dimms);
          }
        }
      }
    }
  }

  private void decide(Stored stored, Count count, Ended ended, Dimms dimms) {
    try {
      Files.write(file, new byte[4096]);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    sysfs.addDimm(0, stored == Stored.OTHER_DEVICE ? "8089-a7" : "8089-a2", 5);
    if (stored != Stored.NOTHING) {
      use(ended);
    }
    sysfs.addDimm(0, "8089-a2", count == Count.EQUAL ? 5 : 6);
    if (dimms == Dimms.SILENT) {
      sysfs.remove(SysfsTree.dimm(0, "nfit/dirty_shutdown"));
    }
    byte[] before = bytes();
    String row = stored + ", " + count + ", " + ended + ", " + dimms;

    if (dimms == Dimms.SILENT) {
      assertThat(open()).as(row).isEqualTo(Finding.NOTHING_KNOWN);
      assertThat(bytes()).as(row).isEqualTo(before);
    } else if (stored != Stored.SAME_DEVICE) {
      assertThat(open()).as(row).isEqualTo(Finding.NEW_DEVICE);
      assertThat(open()).as(row).isEqualTo(Finding.NOTHING_LOST);
    } else if (count == Count.EQUAL) {
      assertThat(open()).as(row).isEqualTo(Finding.NOTHING_LOST);
      assertThat(bytes()).as(row).isEqualTo(before);
    } else if (ended == Ended.CLEANLY) {
      assertThat(open()).as(row).isEqualTo(Finding.NOT_IN_USE);
      assertThat(open()).as(row).isEqualTo(Finding.NOTHING_LOST);
    } else {
      assertThatThrownBy(this::open)
          .as(row)
          .isInstanceOf(UnsafeShutdownException.class)
          .hasMessage(
              file
                  + ": in use while the DIMMs could not write everything in time: 6 unsafe"
                  + " shutdowns, 5 before; the data may be corrupted");
      assertThat(bytes()).as(row).isEqualTo(before);
    }
  }

  @Test
  void open_afterACountThatWasTaken_seesTheNextOne() {
    use(Ended.CLEANLY);
    sysfs.addDimm(0, "8089-a2", 6);
    use(Ended.IN_USE);
    assertThat(open()).isEqualTo(Finding.NOTHING_LOST);
    sysfs.addDimm(0, "8089-a2", 7);

    assertThatThrownBy(this::open).isInstanceOf(UnsafeShutdownException.class);
  }

  @Test
  void initialise_afterARefusal_trustsTheData() {
    use(Ended.IN_USE);
    sysfs.addDimm(0, "8089-a2", 6);
    try (PmemMap map = map()) {
      UnsafeShutdown state = UnsafeShutdown.initialise(map, OFFSET, device());
      assertThat(state.finding()).isEqualTo(Finding.NEW_DEVICE);
      assertThat(map.getLong(DATA)).isEqualTo(7);
    }

    assertThat(open()).isEqualTo(Finding.NOTHING_LOST);
    sysfs.addDimm(0, "8089-a2", 7);
    assertThat(open()).isEqualTo(Finding.NOT_IN_USE);
  }

  @Test
  void withoutDevice_nothingIsStored() {
    byte[] before = bytes();
    try (PmemMap map = map()) {
      UnsafeShutdown state = UnsafeShutdown.initialise(map, OFFSET, Optional.empty());
      state.begin();
      state.end();
    }

    assertThat(bytes()).isEqualTo(before);
  }

  @Test
  void device_ofAMalformedMachine_isNotTakenForAbsent() {
    sysfs.put(SysfsTree.dimm(0, "nfit/dirty_shutdown"), "often");

    assertThatThrownBy(this::device).isInstanceOf(DeviceException.class);
  }

  @Test
  void record_isAsDocumented() {
    use(Ended.IN_USE);
    byte[] bytes = bytes();

    assertThat(new String(bytes, 64, 7, java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo("HFSHUTD");
    assertThat(bytes[64 + 7]).isEqualTo((byte) 1);
    assertThat(bytes[64 + 16]).isEqualTo((byte) 5);
    assertThat(bytes[64 + 24]).isEqualTo((byte) 1);
    // The published test vector of FNV-1a.
    assertThat(
            UnsafeShutdownLayout.device(
                "foobar".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .isEqualTo(0x85944171F73967E8L);
  }

  @Test
  void open_unknownVersionOrForeignBytes_isRefused() {
    try (PmemMap map = map()) {
      map.putLong(OFFSET, UnsafeShutdownLayout.SIGNATURE_VALUE + (1L << 56));
      assertThatThrownBy(() -> UnsafeShutdown.open(map, OFFSET, device()))
          .isInstanceOf(UnsafeShutdownException.class)
          .hasMessage(
              file + ": offset 64 holds a record of unsafe shutdowns of version 2, known is 1");
      map.putLong(OFFSET, 12345);
      assertThatThrownBy(() -> UnsafeShutdown.open(map, OFFSET, device()))
          .isInstanceOf(UnsafeShutdownException.class)
          .hasMessage(
              file + ": offset 64 holds no record of unsafe shutdowns, but 0x0000000000003039");
      assertThat(map.getLong(OFFSET)).isEqualTo(12345);
    }
  }

  @Test
  void wrongPlace_isRefused() {
    try (PmemMap map = map()) {
      assertThatThrownBy(() -> UnsafeShutdown.open(map, 32, device()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(file + ": offset 32 is no multiple of 64");
      assertThatThrownBy(() -> UnsafeShutdown.open(map, 4096, device()))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> UnsafeShutdown.initialise(map, -64, device()))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
