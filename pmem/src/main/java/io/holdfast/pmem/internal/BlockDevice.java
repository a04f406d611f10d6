package io.holdfast.pmem.internal;

import io.holdfast.pmem.DeviceException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The block device, or the partition of one, that a file system lies on, as sysfs describes it.
 *
 * <p>What is asked is read anew. May be shared between threads.
 */
final class BlockDevice {
  private static final long SECTOR_BYTES = 512;

  private final Sysfs sysfs;
  private final String folder;

  private BlockDevice(Sysfs sysfs, String folder) {
    this.sysfs = sysfs;
    this.folder = folder;
  }

  /** {@return the block device of that number, if the kernel has one} */
  static Optional<BlockDevice> of(Sysfs sysfs, DeviceNumber number) {
    return sysfs.resolve("/dev/block/" + number).map(folder -> new BlockDevice(sysfs, folder));
  }

  /** {@return the region of persistent memory that the device is part of, if it is of one} */
  Optional<NvdimmRegion> region() {
    return NvdimmRegion.above(sysfs, folder);
  }

  /** {@return the ranges known to be bad, in bytes from the start of the device or partition} */
  List<ByteRange> badRanges() {
    if (!sysfs.exists(folder + "/partition")) {
      return BadSectors.read(sysfs, folder + "/badblocks");
    }
    ByteRange whole =
        new ByteRange(
            0, sysfs.requireNumber(folder + "/size", Reason.INVALID_DEV_FORMAT) * SECTOR_BYTES);
    long start = sysfs.requireNumber(folder + "/start", Reason.INVALID_DEV_FORMAT) * SECTOR_BYTES;
    List<ByteRange> ours = new ArrayList<>();
    for (ByteRange range : BadSectors.read(sysfs, folder + "/../badblocks")) {
      ByteRange seen = range.shifted(-start);
      if (seen.intersects(whole)) {
        ours.add(seen.intersection(whole));
      }
    }
    return ours;
  }
}
