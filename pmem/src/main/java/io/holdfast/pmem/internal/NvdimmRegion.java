package io.holdfast.pmem.internal;

import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import io.holdfast.pmem.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A region of persistent memory as sysfs describes it: a range of physical memory that one DIMM, or
 * several interleaved, provide.
 *
 * <p>What is asked is read anew. May be shared between threads.
 */
final class NvdimmRegion {
  private static final Pattern PATH =
      Pattern.compile("(.*/ndbus(\\d{1,9}))/region(\\d{1,9})(/.*)?");
  private static final Pattern MAPPING = Pattern.compile("(nmem\\d{1,9}),.*");

  private final Sysfs sysfs;
  private final String bus;
  private final int busNumber;
  private final int number;

  private NvdimmRegion(Sysfs sysfs, String bus, int busNumber, int number) {
    this.sysfs = sysfs;
    this.bus = bus;
    this.busNumber = busNumber;
    this.number = number;
  }

  /**
   * {@return the region that a device belongs to, if it does to one}
   *
   * @param device the device's resolved folder
   */
  static Optional<NvdimmRegion> above(Sysfs sysfs, String device) {
    Matcher parts = PATH.matcher(device);
    return parts.matches()
        ? Optional.of(
            new NvdimmRegion(
                sysfs,
                parts.group(1),
                Integer.parseInt(parts.group(2)),
                Integer.parseInt(parts.group(3))))
        : Optional.empty();
  }

  int number() {
    return number;
  }

  /** {@return the number of the bus, whose device is {@code /dev/ndctl<number>}} */
  int busNumber() {
    return busNumber;
  }

  private String file(String name) {
    return bus + "/region" + number + "/" + name;
  }

  /** {@return the name for messages} */
  String name() {
    return "region" + number;
  }

  /** {@return the NUMA node; negative if the platform names none} */
  int numaNode() {
    String path = file("numa_node");
    String text =
        sysfs
            .read(path)
            .orElseThrow(
                () ->
                    new DeviceException(
                        Reason.NOT_SUPPORTED, sysfs.absolute(path) + ": no such file"));
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new DeviceException(
          Reason.INVALID_DEV_FORMAT,
          sysfs.absolute(path) + ": \"" + Sysfs.printable(text) + "\" is no number",
          e);
    }
  }

  /** {@return the physical address at which the region begins, which takes privileges to know} */
  long address() {
    return bound(sysfs, file("resource"));
  }

  /** {@return the physical address that a file of sysfs names} */
  static long bound(Sysfs sysfs, String path) {
    try {
      return sysfs.requireNumber(path, Reason.CANNOT_READ_BOUNDS);
    } catch (SystemCallException e) {
      throw new DeviceException(Reason.CANNOT_READ_BOUNDS, String.valueOf(e.getMessage()), e);
    }
  }

  /** {@return the ranges known to be bad, in bytes from the region's start} */
  List<ByteRange> badRanges() {
    return BadSectors.read(sysfs, file("badblocks"));
  }

  /** {@return the sum of the unsafe-shutdown counts of all DIMMs} */
  long unsafeShutdowns() {
    long sum = 0;
    for (String dimm : dimms()) {
      String path = dimm + "/nfit/dirty_shutdown";
      sum += number(path, require(path, "keeps no count of unsafe shutdowns"));
    }
    return sum;
  }

  /** {@return the unique names of all DIMMs, one after the other} */
  String deviceId() {
    StringBuilder ids = new StringBuilder();
    for (String dimm : dimms()) {
      ids.append(require(dimm + "/nfit/id", "has no unique name"));
    }
    return ids.toString();
  }

  private long number(String path, String text) {
    return Sysfs.number(text)
        .orElseThrow(
            () ->
                new DeviceException(
                    Reason.INVALID_DEV_FORMAT,
                    sysfs.absolute(path) + ": \"" + Sysfs.printable(text) + "\" is no number"));
  }

  private String require(String path, String lack) {
    return sysfs
        .read(path)
        .filter(text -> !text.isEmpty())
        .orElseThrow(
            () ->
                new DeviceException(
                    Reason.NOT_SUPPORTED,
                    name() + ": a DIMM " + lack + ": " + sysfs.absolute(path)));
  }

  /** {@return the folders of the DIMMs, at least one} */
  private List<String> dimms() {
    String counter = file("mappings");
    long count = sysfs.read(counter).map(text -> number(counter, text)).orElse(0L);
    List<String> folders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String path = file("mapping" + i);
      Matcher parts = MAPPING.matcher(sysfs.read(path).orElse(""));
      if (!parts.matches()) {
        throw new DeviceException(
            Reason.INVALID_DEV_FORMAT, sysfs.absolute(path) + ": names no DIMM");
      }
      folders.add(bus + "/" + parts.group(1));
    }
    if (folders.isEmpty()) {
      throw new DeviceException(
          Reason.NOT_SUPPORTED, name() + ": made of no DIMM that the kernel knows");
    }
    return folders;
  }

  /**
   * Has the platform write its own buffers to the medium, which it otherwise does when power fails.
   * A region without such buffers, or without the way to ask for it, is left alone, as libpmem2
   * does.
   *
   * @throws SystemCallException if the kernel tries and fails
   */
  void deepFlush() {
    String path = file("deep_flush");
    OptionalLong offered = sysfs.read(path).map(Sysfs::number).orElse(OptionalLong.empty());
    if (offered.orElse(0) != 0) {
      sysfs.write(path, "1");
    }
  }
}
