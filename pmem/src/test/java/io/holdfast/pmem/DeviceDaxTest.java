package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.internal.SysfsTree;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mappings of a device DAX, on a machine that sysfs makes up: its device is {@code /dev/zero},
 * which is memory, too, when it is mapped.
 */
final class DeviceDaxTest {
  private static final Path DEVICE = Path.of("/dev/zero");
  private static final long ALIGNMENT = 32 << 20;
  private static final long SIZE = 4 * ALIGNMENT;
  private static final MapConfig ANY =
      MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
  private static final String DEEP_FLUSH = SysfsTree.region(0, "deep_flush");
  private static final String DOMAIN = SysfsTree.region(0, "persistence_domain");

  @TempDir Path root;
  private final Medium medium = Medium.system();
  private SysfsTree machine;
  private String device;

  @BeforeEach
  void present() {
    machine = new SysfsTree(root).addDimm(0, "8680-57-1837-00000001", 0).addRegion(0, 0, 0);
    device = machine.addDaxDevice(DEVICE, 0, 0, SIZE, ALIGNMENT);
  }

  @AfterEach
  void presentTheRealOne() {
    machine.close();
  }

  private PmemMap map(MapConfig config) {
    return medium.map(PmemSource.of(DEVICE), config);
  }

  private static void assertReason(Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MapException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private static void assertReason(
      DeviceException.Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DeviceException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"cpu_cache, BYTE", "memory_controller, CACHE_LINE", "unknown, CACHE_LINE"})
  void granularity_followsThePersistenceDomain(String domain, Granularity granularity) {
    machine.put(DOMAIN, domain);
    try (PmemMap map = map(ANY)) {
      assertThat(map.granularity()).isEqualTo(granularity);
    }
    assertThatThrownBy(
            () -> {
              if (granularity == Granularity.BYTE) {
                throw new GranularityUnavailableException("none is finer", null);
              }
              map(ANY.withRequiredGranularity(Granularity.BYTE));
            })
        .isInstanceOf(GranularityUnavailableException.class);
  }

  @Test
  void map_finerThanThereIs_saysThatThereIsNoEadr() {
    assertThatThrownBy(() -> map(ANY.withRequiredGranularity(Granularity.BYTE)))
        .isInstanceOf(GranularityUnavailableException.class)
        .hasMessage(
            "/dev/zero: granularity BYTE is required and CACHE_LINE available, since the platform"
                + " does not write its caches back on power loss: no eADR");
  }

  @Test
  void map_whole_isAlignedAndStoredToAtEveryGranularity() {
    for (Granularity granularity : Granularity.values()) {
      try (PmemMap map = ForcedGranularity.during(granularity, () -> map(ANY))) {
        assertThat(map.granularity()).isEqualTo(granularity);
        assertThat(map.size()).isEqualTo(SIZE);
        assertThat(map.segment().address() % ALIGNMENT).isZero();
        map.putLong(SIZE - 8, 7);
        map.persist(SIZE - 8, 8);
        map.fill(4096, 100_000, (byte) 3, CopyMode.PERSIST);
        map.move(0, 4096, 100_000, CopyMode.PERSIST);
        map.copy(9, MemorySegment.ofArray(new byte[300]), 0, 300, CopyMode.PERSIST);
        map.flush(0, 1 << 20);
        map.drain();
        assertThat(map.getLong(SIZE - 8)).isEqualTo(7);
        assertThat(map.getByte(99_999)).isEqualTo((byte) 3);
        assertThat(map.getByte(308)).isZero();
      }
    }
  }

  @Test
  void map_partsOfIt_areMultiplesOfItsAlignment() {
    assertReason(
        Reason.OFFSET_UNALIGNED,
        () -> map(ANY.withOffset(2 << 20)),
        "offset 2097152 is not a multiple of 33554432");
    assertReason(
        Reason.LENGTH_UNALIGNED,
        () -> map(ANY.withLength(4096)),
        "length 4096 is not a multiple of 33554432");
    assertReason(
        Reason.MAP_RANGE,
        () -> map(ANY.withOffset(ALIGNMENT).withLength(SIZE)),
        "offset 33554432 + 134217728 exceeds size 134217728");
    try (PmemMap map =
        map(ANY.withOffset(ALIGNMENT).withLength(ALIGNMENT).withReserve(3 * ALIGNMENT))) {
      assertReason(
          Reason.LENGTH_UNALIGNED,
          () -> map.grow(ALIGNMENT + 4096),
          "new size 33558528 is not a multiple of 33554432");
      map.grow(3 * ALIGNMENT);
      assertThat(map.size()).isEqualTo(3 * ALIGNMENT);
      map.flush(0, 0);
    }
  }

  /** What {@code /dev/zero} has beyond the mapped length stands for poison. */
  @Test
  void pagesThatCannotBeHad_areAMediaErrorThatNamesWhatIsKnownToBeBad() {
    long bad = 3 * ALIGNMENT / 512;
    machine.put(SysfsTree.region(0, "badblocks"), (bad + 8) + " 16\n" + (bad + 1024) + " 1");
    try (PmemMap map = map(ANY.withOffset(ALIGNMENT))) {
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> map.fill(2 * ALIGNMENT, 4096, (byte) 1, CopyMode.PERSIST),
              () -> map.persist(2 * ALIGNMENT, 4096),
              () -> map.deepFlush(2 * ALIGNMENT, 4096),
              () -> map.move(0, 2 * ALIGNMENT, 64, CopyMode.PERSIST))) {
        assertThatThrownBy(use)
            .isInstanceOf(MediaErrorException.class)
            .hasMessageContaining("/dev/zero: offset 67108864 + ");
      }
      assertThatThrownBy(() -> map.fill(2 * ALIGNMENT, 9000, (byte) 1, CopyMode.PERSIST))
          .isInstanceOf(MediaErrorException.class)
          .hasMessage(
              "/dev/zero: offset 67108864 + 9000 cannot be accessed, bad block at 67112960 + 8192");
    }
  }

  @Test
  void map_privately_isRefusedAfterTheRange() {
    MapConfig config = ANY.withSharing(Sharing.PRIVATE);
    assertReason(Reason.SRC_DEVDAX_PRIVATE, () -> map(config), "cannot be mapped privately");
    assertReason(Reason.MAP_RANGE, () -> map(config.withOffset(SIZE)), "exceeds");
  }

  @Test
  void map_intoAReservation_needsAnAlignedAddress() {
    try (AddressReservation reservation = AddressReservation.of(3 * ALIGNMENT)) {
      long aligned = -reservation.address() & (ALIGNMENT - 1);
      MapConfig config = ANY.withLength(ALIGNMENT);
      assertReason(
          Reason.ADDRESS_UNALIGNED,
          () -> map(config.withReservation(reservation, aligned + 4096)),
          "is not a multiple of 33554432");
      try (PmemMap first = map(config.withReservation(reservation, aligned));
          PmemMap second = map(config.withReservation(reservation, aligned + ALIGNMENT));
          PmemMap joint = reservation.join(aligned, 2 * ALIGNMENT)) {
        joint.fill(ALIGNMENT - 500, 1000, (byte) 1, CopyMode.PERSIST);
        assertThat(first.getByte(ALIGNMENT - 1)).isEqualTo((byte) 1);
        assertThat(second.getByte(499)).isEqualTo((byte) 1);
        machine.put(DEEP_FLUSH, "2");
        joint.deepFlush(ALIGNMENT - 500, 1000);
        assertThat(machine.get(DEEP_FLUSH)).isEqualTo("1");
      }
    }
  }

  @Test
  void map_descriptionsThatMakeNoSense_areRefusedInTheirOrder() {
    machine.put(device + "/size", "large");
    machine.put(device + "/align", "1000000");
    assertReason(
        DeviceException.Reason.INVALID_ALIGNMENT_VALUE, () -> map(ANY.withOffset(1)), "1000000");
    machine.put(device + "/align", "2M");
    assertReason(
        DeviceException.Reason.INVALID_ALIGNMENT_FORMAT, () -> map(ANY.withOffset(1)), "2M");
    machine.put(device + "/align", "2097152");
    assertReason(DeviceException.Reason.INVALID_SIZE_FORMAT, () -> map(ANY.withOffset(1)), "large");
    machine.put(device + "/size", "0");
    assertReason(Reason.OFFSET_UNALIGNED, () -> map(ANY.withOffset(1)), "offset 1");
    assertReason(Reason.SOURCE_EMPTY, () -> map(ANY), "has no bytes");
  }

  @Test
  void deepFlush_asksTheRegionUnlessItHasNothingToFlush() {
    try (PmemMap map = map(ANY)) {
      // The kernel is too old to have the file, or the region has no such buffers.
      map.deepFlush(0, 8);
      machine.put(DEEP_FLUSH, "0");
      map.deepFlush(0, 8);
      assertThat(machine.get(DEEP_FLUSH)).isEqualTo("0");
      machine.put(DEEP_FLUSH, "2");
      map.deepFlush(0, 0);
      assertThat(machine.get(DEEP_FLUSH)).isEqualTo("2");
      map.deepFlush(SIZE - 8, 8);
      assertThat(machine.get(DEEP_FLUSH)).isEqualTo("1");
      assertThatThrownBy(() -> map.deepFlush(SIZE, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void deepFlush_ofADeviceThatWasRemoved_isAnException() {
    try (PmemMap map = map(ANY)) {
      machine.remove("dev/char/1:5");
      machine.put(DEEP_FLUSH, "2").remove(DEEP_FLUSH).link(DEEP_FLUSH, "bus");
      assertThatThrownBy(() -> map.deepFlush(0, 8))
          .isInstanceOfSatisfying(
              SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("EISDIR"));
    }
  }

  @Test
  void whatIsNoDaxDevice_isNoFileType() {
    machine.remove(device + "/subsystem").link(device + "/subsystem", "class/mem");
    assertReason(Reason.INVALID_FILE_TYPE, () -> map(ANY), "not a device DAX");
  }

  @Test
  void withoutMachineCode_isNotSupported() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(
                Map.of(),
                "-Dio.holdfast.pmem.noExecutable=true",
                "-Dio.holdfast.pmem.sysfs=" + root)
            .run(MapDevice.class);
    assertThat(result.output())
        .contains("NOT_SUPPORTED /dev/zero: a device DAX needs cache lines flushed");
    assertThat(result.exitCode()).isZero();
  }

  /** Maps the device and says how it went. */
  static final class MapDevice {
    private MapDevice() {}

    public static void main(String[] arguments) {
      try {
        Medium.system().map(PmemSource.of(DEVICE), ANY);
      } catch (MapException e) {
        System.out.println(e.reason() + " " + e.getMessage());
      }
    }
  }
}
