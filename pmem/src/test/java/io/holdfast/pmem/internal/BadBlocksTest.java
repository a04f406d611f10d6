package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.holdfast.pmem.BadBlock;
import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import io.holdfast.pmem.internal.FileExtents.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BadBlocksTest {
  private static final long MIB = 1 << 20;
  private static final Path NODE = Path.of("/dev/zero");

  @TempDir Path root;
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private SysfsTree sysfs;

  @BeforeEach
  void presentMachine() {
    sysfs = new SysfsTree(root);
  }

  @AfterEach
  void presentRealMachine() {
    sysfs.close();
  }

  private static ByteRange range(long start, long end) {
    return new ByteRange(start, end);
  }

  private static Extent extent(long logical, long length, long physical) {
    return new Extent(range(logical, logical + length), physical);
  }

  @Test
  void ofFile_translatesClipsAndWidens() {
    List<Extent> extents =
        List.of(extent(0, 8192, 40960), extent(16384, 4096, 4096), extent(20480, 4096, 65536));

    assertThat(BadBlocks.ofFile(List.of(range(512, 1024)), extents, 4096)).isEmpty();
    assertThat(BadBlocks.ofFile(List.of(range(4608, 5120)), extents, 4096))
        .containsExactly(range(16384, 20480));
    assertThat(BadBlocks.ofFile(List.of(range(0, 1 << 20)), extents, 4096))
        .containsExactly(range(0, 8192), range(16384, 24576));
    assertThat(BadBlocks.ofFile(List.of(range(45056 - 512, 45056 + 512)), extents, 4096))
        .containsExactly(range(0, 8192));
    assertThat(BadBlocks.ofFile(List.of(range(49152, 53248), range(8192, 9000)), extents, 4096))
        .as("just behind extents")
        .isEmpty();
  }

  @Test
  void ofFile_twoSectorsOfOneBlock_areOneBadBlock() {
    List<ByteRange> bad = List.of(range(8192 + 3584, 8192 + 4096), range(8192, 8192 + 512));

    assertThat(BadBlocks.ofFile(bad, List.of(extent(4096, 8192, 8192)), 4096))
        .containsExactly(range(4096, 8192));
  }

  @Test
  void parse_readsTheKernelsLines() {
    assertThat(BadSectors.parse("b", "")).isEmpty();
    assertThat(BadSectors.parse("b", "8 1\n4096 16"))
        .containsExactly(range(4096, 4608), range(4096 * 512, 4112 * 512));
    for (String wrong : List.of("8", "8 0", "-1 4", "a 4", "8 4 2", "999999999999999999 1")) {
      assertThatThrownBy(() -> BadSectors.parse("b", wrong))
          .as(wrong)
          .isInstanceOfSatisfying(
              DeviceException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_DEV_FORMAT))
          .hasMessageContaining("\"" + wrong + "\" is no range");
    }
  }

  @Test
  void parse_listThatFillsThePage_forgetsTheLineThatWasCut() {
    StringBuilder text = new StringBuilder();
    int lines = 0;
    while (text.length() < 4080) {
      text.append(1_000_000 + lines++).append(" 1\n");
    }
    assertThat(BadSectors.parse("b", text + "1234")).hasSize(lines);
  }

  /** A file of three written parts with holes between, as far as the file system has holes. */
  private Path holeyFile() throws IOException {
    Path file = folder.resolve("holey");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int part = 0; part < 3; part++) {
        byte[] bytes = new byte[1 << 16];
        Arrays.fill(bytes, (byte) ('a' + part));
        channel.write(ByteBuffer.wrap(bytes), part * MIB);
      }
    }
    return file;
  }

  private static List<Extent> extents(Path file, int atOnce) {
    Descriptor opened = Descriptor.open(file, Descriptor.READ_ONLY);
    try {
      return FileExtents.of(opened, atOnce);
    } catch (DeviceException e) {
      assumeFalse(
          e.reason() == Reason.NOT_SUPPORTED, "needs a file system that knows FIEMAP: " + e);
      throw e;
    } finally {
      opened.close();
    }
  }

  @Test
  void extents_ofAFileWithHoles_coverWhatIsWritten() throws IOException {
    Path file = holeyFile();
    List<Extent> extents = extents(file, 128);

    assertThat(extents(file, 1)).isEqualTo(extents);
    assertThat(extents).hasSizeGreaterThanOrEqualTo(3);
    List<Long> written = new ArrayList<>();
    for (Extent extent : extents) {
      for (long at = extent.file().start(); at < extent.file().end(); at += 4096) {
        written.add(at);
      }
    }
    List<Long> expected = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      for (long at = 0; at < 1 << 16; at += 4096) {
        expected.add(part * MIB + at);
      }
    }
    assertThat(written).containsExactlyElementsOf(expected);
  }

  @Test
  void extents_ofAnEmptyFile_areNone() throws IOException {
    assertThat(extents(Files.createFile(folder.resolve("empty")), 128)).isEmpty();
  }

  /** The second part's blocks 3 and 4 are bad on the device; {@return its bad-blocks file} */
  private String makeBad(Path file) {
    Extent part =
        extents(file, 128).stream()
            .filter(e -> e.file().start() <= MIB && e.file().end() > MIB)
            .findFirst()
            .orElseThrow();
    long physical = part.physical() + MIB - part.file().start();
    String list = sysfs.addRegion(0, 0).addBlockDevice(file, 0) + "/badblocks";
    long sector = (physical + 3 * 4096) / 512;
    sysfs.put(list, (sector + 7) + " 1\n" + (sector + 8) + " 1");
    return list;
  }

  @Test
  void list_ofAFile_isInItsOwnOffsets() throws IOException {
    Path file = holeyFile();
    makeBad(file);

    assertThat(PmemSource.of(file).badBlocks())
        .containsExactly(new BadBlock(MIB + 3 * 4096, 2 * 4096));
    Path other = Files.write(folder.resolve("other"), new byte[1 << 16]);
    assertThat(PmemSource.of(other).badBlocks()).isEmpty();
  }

  @Test
  void list_onAPartition_countsFromItsStart() throws IOException {
    Path file = holeyFile();
    String list = makeBad(file);
    String[] lines = sysfs.get(list).split("[ \n]");
    String disk = list.substring(0, list.length() - "/badblocks".length());
    String number = SysfsTree.statusOf(file).device().toString();
    sysfs.remove("dev/block/" + number).link("dev/block/" + number, disk + "/pmem0p1");
    sysfs.put(disk + "/pmem0p1/partition", "1").put(disk + "/pmem0p1/start", "2048");
    sysfs.put(disk + "/pmem0p1/size", Long.toString(1L << 40));
    sysfs.put(list, (Long.parseLong(lines[0]) + 2048) + " 1\n0 2048");

    assertThat(PmemSource.of(file).badBlocks()).containsExactly(new BadBlock(MIB + 3 * 4096, 4096));
  }

  @Test
  void clear_ofAFile_zeroesTheBadBlocksAndNothingElse() throws IOException {
    Path file = holeyFile();
    makeBad(file);
    byte[] before = Files.readAllBytes(file);
    PmemSource source = PmemSource.of(file);
    for (BadBlock block : source.badBlocks()) {
      source.clearBadBlock(block);
    }

    Arrays.fill(before, (int) MIB + 3 * 4096, (int) MIB + 5 * 4096, (byte) 0);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(extents(file, 128).stream().mapToLong(e -> e.file().length()).sum())
        .as("allocated again")
        .isEqualTo(3 << 16);
  }

  private static void clear(Path file, BadBlocks.Overwriting overwriting) {
    PmemSource source = PmemSource.of(file);
    for (BadBlock block : source.badBlocks()) {
      BadBlocks.clear(source, block, NvdimmBus::ofKernel, overwriting);
    }
  }

  @Test
  void clear_ofAFile_healedByWriting_keepsItsBlocks() throws IOException {
    Path file = holeyFile();
    String list = makeBad(file);
    byte[] before = Files.readAllBytes(file);
    clear(
        file,
        (_, range) -> {
          assertThat(range).isEqualTo(range(MIB + 3 * 4096, MIB + 5 * 4096));
          sysfs.put(list, "");
        });

    assertThat(Files.readAllBytes(file)).as("no hole was punched").isEqualTo(before);
  }

  @Test
  void clear_ofAFile_notHealedByWriting_getsOtherBlocks() throws IOException {
    Path file = holeyFile();
    makeBad(file);
    byte[] expected = Files.readAllBytes(file);
    boolean[] tried = {false};
    clear(
        file,
        (opened, _) -> {
          if (!tried[0]) {
            tried[0] = true;
            throw new SystemCallException(opened.name(), "pwrite", Errno.EFAULT.number());
          }
        });

    Arrays.fill(expected, (int) MIB + 3 * 4096, (int) MIB + 5 * 4096, (byte) 0);
    assertThat(Files.readAllBytes(file)).as("a hole was punched").isEqualTo(expected);
  }

  @Test
  void clear_ofAFile_neverHealed_isAnError() throws IOException {
    Path file = holeyFile();
    makeBad(file);

    assertThatThrownBy(
            () ->
                clear(
                    file,
                    (opened, _) -> {
                      throw new SystemCallException(opened.name(), "pwrite", Errno.EIO.number());
                    }))
        .isInstanceOfSatisfying(
            DeviceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_CLEARED))
        .hasMessageContaining(
            "bad block at offset 1060864 + 8192: "
                + file
                + ": pwrite: EIO (5), input/output error");
  }

  @Test
  void clear_ofAFile_refusedOtherwise_changesNothing() throws IOException {
    Path file = holeyFile();
    makeBad(file);
    byte[] before = Files.readAllBytes(file);

    assertThatThrownBy(
            () ->
                clear(
                    file,
                    (opened, _) -> {
                      throw new SystemCallException(opened.name(), "pwrite", Errno.EPERM.number());
                    }))
        .isInstanceOf(SystemCallException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void clear_ofAGoodRange_leavesItAlone() throws IOException {
    Path file = holeyFile();
    makeBad(file);
    byte[] before = Files.readAllBytes(file);
    PmemSource.of(file).clearBadBlock(new BadBlock(MIB + 5 * 4096, 1 << 20));

    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void clear_ofPartOfABadRange_clearsThatBlockOnly() throws IOException {
    Path file = holeyFile();
    makeBad(file);
    byte[] before = Files.readAllBytes(file);
    PmemSource.of(file).clearBadBlock(new BadBlock(MIB + 4 * 4096 + 1, 1));

    Arrays.fill(before, (int) MIB + 4 * 4096, (int) MIB + 5 * 4096, (byte) 0);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void clear_ofTheLastBlock_keepsTheSize() throws IOException {
    Path file = Files.write(folder.resolve("odd"), new byte[4096 + 100]);
    List<Extent> extents = extents(file, 128);
    Extent last = extents.getLast();
    long sector = (last.physical() + 4096 - last.file().start()) / 512;
    String list = sysfs.addRegion(0, 0).addBlockDevice(file, 0) + "/badblocks";
    sysfs.put(list, sector + " 1");
    PmemSource source = PmemSource.of(file);

    assertThat(source.badBlocks()).containsExactly(new BadBlock(4096, 4096));
    source.clearBadBlock(source.badBlocks().getFirst());
    assertThat(Files.size(file)).isEqualTo(4096 + 100);
  }

  /** A bus that clears at the most a given number of bytes. */
  private static final class Bus implements NvdimmBus {
    private final List<ByteRange> asked = new ArrayList<>();
    private final long unit;
    private final long most;

    Bus(long unit, long most) {
      this.unit = unit;
      this.most = most;
    }

    @Override
    public long clearUnit(ByteRange addresses) {
      return unit;
    }

    @Override
    public long clear(ByteRange addresses) {
      asked.add(addresses);
      return Math.min(addresses.length(), most);
    }
  }

  private PmemSource deviceWith(String badblocks) {
    sysfs.addRegion(0, 0x1_0000_0000L).addDaxDevice(NODE, 0, 0x1_0020_0000L, 4 * MIB, 2 * MIB);
    sysfs.put(SysfsTree.region(0, "badblocks"), badblocks);
    return PmemSource.of(NODE);
  }

  @Test
  void list_ofADevice_isCutToIt() {
    // Before the device, over its start, within, over its end, behind.
    PmemSource device = deviceWith("8 8\n4088 16\n4200 1\n12280 100\n20000 5");

    assertThat(device.badBlocks())
        .containsExactly(
            new BadBlock(0, 4096),
            new BadBlock((4200 - 4096) * 512, 512),
            new BadBlock(4 * MIB - 4096, 4096));
  }

  @Test
  void clear_ofADevice_asksTheBusForWholeUnits() {
    PmemSource device = deviceWith("4097 1");
    Bus bus = new Bus(4096, Long.MAX_VALUE);
    BadBlocks.clear(
        device,
        device.badBlocks().getFirst(),
        number -> {
          assertThat(number).isZero();
          return bus;
        },
        BadBlocks::writeZeros);

    assertThat(bus.asked).containsExactly(range(0x1_0020_0000L, 0x1_0020_1000L));
  }

  @Test
  void clear_ofADevice_partOnly_isAnError() {
    PmemSource device = deviceWith("4096 8");
    Bus bus = new Bus(256, 2048);

    assertThatThrownBy(
            () -> BadBlocks.clear(device, new BadBlock(0, 4096), _ -> bus, BadBlocks::writeZeros))
        .isInstanceOfSatisfying(
            DeviceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_CLEARED))
        .hasMessage("/dev/zero: bad block at offset 0 + 4096: 2048 of 4096 bytes were cleared");
  }

  @Test
  void clear_ofADevice_withoutABus_namesIt() {
    PmemSource device = deviceWith("4096 8");
    assumeFalse(Files.exists(Path.of("/dev/ndctl0")), "this machine has DIMMs, which it would ask");

    assertThatThrownBy(() -> device.clearBadBlock(new BadBlock(0, 4096)))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining("/dev/ndctl0: open: ENOENT");
  }

  @Test
  void list_ofADevice_boundsUnknown_saysSo() {
    PmemSource device = deviceWith("4096 8");
    sysfs.put(SysfsTree.region(0, "resource"), "secret");
    assertThatThrownBy(device::badBlocks)
        .isInstanceOfSatisfying(
            DeviceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CANNOT_READ_BOUNDS))
        .hasMessageContaining("region0/resource: \"secret\" is no number");

    sysfs.remove(SysfsTree.region(0, "resource"));
    assertThatThrownBy(device::badBlocks)
        .isInstanceOfSatisfying(
            DeviceException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.CANNOT_READ_BOUNDS));
    // Without bad blocks in the region nobody needs to know.
    sysfs.put(SysfsTree.region(0, "badblocks"), "");
    assertThat(device.badBlocks()).isEmpty();
  }

  /** Reading {@code resource} takes privileges: a folder of that name cannot be read by anybody. */
  @Test
  void list_ofADevice_boundsForbidden_saysSo() {
    PmemSource device = deviceWith("4096 8");
    sysfs.remove(SysfsTree.region(0, "resource")).put(SysfsTree.region(0, "resource/x"), "");

    assertThatThrownBy(device::badBlocks)
        .isInstanceOfSatisfying(
            DeviceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CANNOT_READ_BOUNDS))
        .hasMessageContaining("EISDIR");
  }
}
