package io.holdfast.pmem.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A made-up {@code /sys}, laid out as Linux 6 does with one bus of DIMMs, which this process sees
 * until it is closed.
 */
public final class SysfsTree implements AutoCloseable {
  private static final String BUS = "devices/platform/e820_pmem/ndbus0";

  private final Path root;

  /**
   * Presents an empty machine.
   *
   * @param root an existing empty folder
   */
  public SysfsTree(Path root) {
    this.root = root;
    System.setProperty(Sysfs.ROOT_PROPERTY, root.toString());
  }

  /** Writes a file, with the folders above it; {@return this} */
  public SysfsTree put(String path, String text) {
    Path file = root.resolve(path);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Removes a file; {@return this} */
  public SysfsTree remove(String path) {
    try {
      Files.delete(root.resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** {@return the text of a file} */
  public String get(String path) {
    try {
      return Files.readString(root.resolve(path)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Links to a folder, relatively as sysfs does; {@return this} */
  public SysfsTree link(String path, String target) {
    Path link = root.resolve(path);
    try {
      Files.createDirectories(link.getParent());
      Files.createDirectories(root.resolve(target));
      Files.createSymbolicLink(link, link.getParent().relativize(root.resolve(target)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** {@return the path of a region's file} */
  public static String region(int number, String file) {
    return BUS + "/region" + number + "/" + file;
  }

  /** {@return the path of a DIMM's file} */
  public static String dimm(int number, String file) {
    return BUS + "/nmem" + number + "/" + file;
  }

  /** Adds a region at an address, made of the given DIMMs; {@return this} */
  public SysfsTree addRegion(int number, long address, int... dimms) {
    put(region(number, "resource"), "0x" + Long.toHexString(address));
    put(region(number, "numa_node"), Integer.toString(number));
    put(region(number, "badblocks"), "");
    put(region(number, "mappings"), Integer.toString(dimms.length));
    for (int i = 0; i < dimms.length; i++) {
      put(region(number, "mapping" + i), "nmem" + dimms[i] + ",0,1073741824," + i);
    }
    return link("bus/nd/devices/region" + number, BUS + "/region" + number);
  }

  /** Adds a DIMM; {@return this} */
  public SysfsTree addDimm(int number, String id, long unsafeShutdowns) {
    put(dimm(number, "nfit/id"), id);
    return put(dimm(number, "nfit/dirty_shutdown"), Long.toString(unsafeShutdowns));
  }

  /** Makes a character device node a device DAX in a region; {@return the path of its folder} */
  public String addDaxDevice(Path node, int region, long address, long size, long alignment) {
    String folder = region(region, "dax" + region + ".0/dax" + region + ".0");
    put(folder + "/size", Long.toString(size));
    put(folder + "/align", Long.toString(alignment));
    put(folder + "/resource", "0x" + Long.toHexString(address));
    put(region(region, "dax" + region + ".0/dax_region/id"), Integer.toString(region));
    link(folder + "/subsystem", "bus/dax");
    link("dev/char/" + statusOf(node).special(), folder);
    return folder;
  }

  /** Puts the file system of an existing file on a region; {@return the block device's folder} */
  public String addBlockDevice(Path file, int region) {
    String folder = region(region, "pfn" + region + ".0/block/pmem" + region);
    put(folder + "/badblocks", "");
    link("dev/block/" + statusOf(file).device(), folder);
    return folder;
  }

  static Descriptor.Status statusOf(Path file) {
    Descriptor opened = Descriptor.open(file, Descriptor.READ_ONLY);
    try {
      return opened.status();
    } finally {
      opened.close();
    }
  }

  /** Presents the real machine again. */
  @Override
  public void close() {
    System.clearProperty(Sysfs.ROOT_PROPERTY);
  }
}
