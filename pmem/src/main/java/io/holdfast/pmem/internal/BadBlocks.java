package io.holdfast.pmem.internal;

import io.holdfast.pmem.BadBlock;
import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import io.holdfast.pmem.PmemException;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The bad blocks of a source: what the kernel knows of its device, seen from the source.
 *
 * <p>Of a file, the block device's list is laid over the file's extents. Of a device DAX, the
 * region's list is cut to what the device has of the region, which takes privileges.
 */
public final class BadBlocks {
  private static final int ZEROS_BYTES = 64 << 10;

  /** What the kernel answers where the medium is bad: DAX files give EFAULT for a write. */
  static final Set<Integer> MEDIA_ERRORS =
      Set.of(Errno.EIO.number(), Errno.EFAULT.number(), Errno.EHWPOISON.number());

  private BadBlocks() {}

  /**
   * {@return the bad blocks now, first ones first}
   *
   * @param source the source
   */
  public static List<BadBlock> list(PmemSource source) {
    checkDevice(source);
    if (DeviceQueries.foreign(source).isPresent()) {
      return List.of();
    }
    OpenedSource opened = DeviceQueries.open(source, Descriptor.READ_ONLY);
    try {
      return find(opened).stream().map(r -> new BadBlock(r.start(), r.length())).toList();
    } finally {
      opened.close();
    }
  }

  /**
   * Clears what is still bad of a block.
   *
   * @param source the source
   * @param block the block
   */
  public static void clear(PmemSource source, BadBlock block) {
    clear(source, block, NvdimmBus::ofKernel, BadBlocks::writeZeros);
  }

  /** Writes zeros over bad blocks of a file: a seam, since few machines have any. */
  @FunctionalInterface
  interface Overwriting {
    void apply(OpenedSource file, ByteRange range);
  }

  static void clear(
      PmemSource source, BadBlock block, IntFunction<NvdimmBus> buses, Overwriting overwriting) {
    checkDevice(source);
    if (DeviceQueries.foreign(source).isPresent()) {
      return;
    }
    OpenedSource opened = DeviceQueries.open(source, Descriptor.READ_WRITE);
    try {
      ByteRange asked = new ByteRange(block.offset(), block.offset() + block.length());
      for (ByteRange bad : find(opened)) {
        if (bad.intersects(asked)) {
          ByteRange range = bad.intersection(asked);
          if (opened.device().isPresent()) {
            clearDevice(opened.name(), opened.device().get(), range, buses);
          } else {
            clearFile(opened, range.widened(FileExtents.blockBytes(opened.file())), overwriting);
          }
          DebugLog.operation(
              () ->
                  opened.name()
                      + ": bad block cleared at offset "
                      + range.start()
                      + " + "
                      + range.length());
        }
      }
    } finally {
      opened.close();
    }
  }

  private static void checkDevice(PmemSource source) {
    if (source instanceof PmemSource.Anonymous) {
      throw new DeviceException(Reason.NOT_SUPPORTED, "anonymous memory: on no device");
    }
  }

  /** {@return the bad ranges, first ones first} */
  static List<ByteRange> find(OpenedSource opened) {
    if (opened.device().isPresent()) {
      return merged(ofDevice(opened.device().get()));
    }
    Optional<BlockDevice> device = opened.blockDevice();
    List<ByteRange> bad = device.map(BlockDevice::badRanges).orElse(List.of());
    return bad.isEmpty()
        ? bad
        : ofFile(bad, FileExtents.of(opened.file()), FileExtents.blockBytes(opened.file()));
  }

  private static List<ByteRange> ofDevice(DaxDevice device) {
    try {
      return device.badRanges();
    } catch (DeviceException e) {
      if (e.reason() == Reason.DAX_REGION_NOT_FOUND) {
        // Memory that is no DIMM's has no list.
        return List.of();
      }
      throw e;
    }
  }

  /**
   * {@return the bad ranges of a file, in whole blocks, first ones first}
   *
   * @param bad the bad ranges of its device
   * @param extents the extents of the file
   * @param blockBytes the size of a block of the file system
   */
  static List<ByteRange> ofFile(
      List<ByteRange> bad, List<FileExtents.Extent> extents, long blockBytes) {
    List<ByteRange> found = new ArrayList<>();
    for (FileExtents.Extent extent : extents) {
      ByteRange lies = extent.device();
      for (ByteRange range : bad) {
        if (range.intersects(lies)) {
          found.add(
              range
                  .intersection(lies)
                  .shifted(extent.file().start() - extent.physical())
                  .widened(blockBytes));
        }
      }
    }
    return merged(found);
  }

  /** {@return the same bytes in ranges that neither overlap nor touch, first ones first} */
  private static List<ByteRange> merged(List<ByteRange> ranges) {
    List<ByteRange> result = new ArrayList<>();
    for (ByteRange range :
        ranges.stream().sorted(Comparator.comparingLong(ByteRange::start)).toList()) {
      int last = result.size() - 1;
      if (last >= 0 && range.start() <= result.get(last).end()) {
        ByteRange before = result.get(last);
        result.set(last, new ByteRange(before.start(), Math.max(before.end(), range.end())));
      } else {
        result.add(range);
      }
    }
    return result;
  }

  /**
   * Writes zeros, which heals a block where the platform can do that. Where it cannot, the file
   * gets other blocks. Then zeros are written once more: if the file system chose the same blocks
   * again, it is known now that they stay bad.
   */
  private static void clearFile(OpenedSource opened, ByteRange range, Overwriting overwriting) {
    if (isHealed(opened, range, overwriting)) {
      return;
    }
    opened.file().punchHole(range.start(), range.length());
    opened.file().allocateKeepingSize(range.start(), range.length());
    try {
      overwriting.apply(opened, range);
    } catch (SystemCallException e) {
      throw notCleared(opened.name(), range, String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean isHealed(OpenedSource opened, ByteRange range, Overwriting overwriting) {
    try {
      overwriting.apply(opened, range);
    } catch (SystemCallException e) {
      if (!MEDIA_ERRORS.contains(e.errno())) {
        throw e;
      }
      DebugLog.operation(() -> "bad block not healed by writing: " + e.getMessage());
      return false;
    }
    return find(opened).stream().noneMatch(range::intersects);
  }

  static void writeZeros(OpenedSource opened, ByteRange range) {
    long end = Math.min(range.end(), opened.size());
    FileTransfer transfer = new FileTransfer(opened.file());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeros = arena.allocate(ZEROS_BYTES, AuxiliaryVector.PAGE_BYTES);
      for (long at = range.start(); at < end; at += ZEROS_BYTES) {
        transfer.write(at, zeros.asSlice(0, Math.min(ZEROS_BYTES, end - at)));
      }
      opened.file().sync();
    }
  }

  private static void clearDevice(
      String name, DaxDevice device, ByteRange range, IntFunction<NvdimmBus> buses) {
    NvdimmBus bus = buses.apply(device.region().busNumber());
    ByteRange addresses = range.shifted(device.address());
    ByteRange units = addresses.widened(bus.clearUnit(addresses));
    long cleared = bus.clear(units);
    if (cleared < units.length()) {
      throw notCleared(
          name, range, cleared + " of " + units.length() + " bytes were cleared", null);
    }
  }

  private static DeviceException notCleared(
      String name, ByteRange range, String why, @Nullable PmemException cause) {
    return new DeviceException(
        Reason.NOT_CLEARED,
        name + ": bad block at offset " + range.start() + " + " + range.length() + ": " + why,
        cause);
  }
}
