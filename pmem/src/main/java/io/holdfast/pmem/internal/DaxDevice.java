package io.holdfast.pmem.internal;

import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A device DAX: persistent memory that is mapped as a whole, without a file system, as sysfs
 * describes it.
 *
 * <p>What is asked is read anew. May be shared between threads.
 */
final class DaxDevice {
  private final Sysfs sysfs;
  private final String name;
  private final String folder;

  private DaxDevice(Sysfs sysfs, String name, String folder) {
    this.sysfs = sysfs;
    this.name = name;
    this.folder = folder;
  }

  /**
   * Recognises a device DAX: its subsystem is {@code dax} (a bus since Linux 5.1, a class before).
   *
   * @param name the device's path, for messages
   * @param number the number of a character device
   */
  static Optional<DaxDevice> of(Sysfs sysfs, String name, DeviceNumber number) {
    String link = "/dev/char/" + number;
    return sysfs
        .resolve(link + "/subsystem")
        .filter(subsystem -> subsystem.endsWith("/dax"))
        .flatMap(_ -> sysfs.resolve(link))
        .map(folder -> new DaxDevice(sysfs, name, folder));
  }

  /** {@return the size in bytes} */
  long size() {
    return sysfs.requireNumber(folder + "/size", Reason.INVALID_SIZE_FORMAT);
  }

  /** {@return the alignment in bytes of offsets, lengths and addresses of its mappings} */
  long alignment() {
    long bytes =
        sysfs.requireNumber(
            own("align").orElse(folder + "/align"), Reason.INVALID_ALIGNMENT_FORMAT);
    if (Long.bitCount(bytes) != 1 || bytes < AuxiliaryVector.PAGE_BYTES) {
      throw new DeviceException(
          Reason.INVALID_ALIGNMENT_VALUE,
          name + ": alignment " + bytes + " is no power of two of at least a page");
    }
    return bytes;
  }

  /** {@return a file of the device, which older kernels keep one folder up} */
  private Optional<String> own(String file) {
    for (String place : List.of("/", "/device/", "/../")) {
      if (sysfs.exists(folder + place + file)) {
        return Optional.of(folder + place + file);
      }
    }
    return Optional.empty();
  }

  /**
   * {@return the region that the device belongs to}
   *
   * @throws DeviceException if it belongs to none, or the kernel's number of it is none
   */
  NvdimmRegion region() {
    Optional<String> id = own("dax_region/id");
    if (id.isPresent()) {
      var _ = sysfs.requireNumber(id.get(), Reason.INVALID_REGION_FORMAT);
    }
    return NvdimmRegion.above(sysfs, folder)
        .orElseThrow(
            () ->
                new DeviceException(
                    Reason.DAX_REGION_NOT_FOUND, name + ": in no region of persistent memory"));
  }

  /** {@return the physical address at which the device begins, which takes privileges to know} */
  long address() {
    return NvdimmRegion.bound(sysfs, own("resource").orElse(folder + "/resource"));
  }

  /** {@return the ranges known to be bad, in bytes from the device's start} */
  List<ByteRange> badRanges() {
    NvdimmRegion region = region();
    List<ByteRange> bad = region.badRanges();
    if (bad.isEmpty()) {
      return bad;
    }
    ByteRange whole = new ByteRange(0, size());
    long distance = region.address() - address();
    List<ByteRange> ours = new ArrayList<>();
    for (ByteRange range : bad) {
      ByteRange seen = range.shifted(distance);
      if (seen.intersects(whole)) {
        ours.add(seen.intersection(whole));
      }
    }
    return ours;
  }
}
