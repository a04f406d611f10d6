package io.holdfast.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A made-up {@code /sys} in which {@code /dev/zero} is a device DAX at the start of region 0: it
 * reads as zeros, and what is stored there goes nowhere.
 */
final class MadeUpDevice implements AutoCloseable {
  static final Path NODE = Path.of("/dev/zero");

  private static final String ROOT_PROPERTY = "io.holdfast.pmem.sysfs";
  private static final String REGION = "devices/platform/ndbus0/region0/";
  private static final String DEVICE = REGION + "dax0.0/dax0.0/";

  private final Path root;

  /** Presents the device, of so many bytes. */
  MadeUpDevice(Path root, long byteSize) {
    this.root = root;
    try {
      put(DEVICE + "size", Long.toString(byteSize));
      put(DEVICE + "align", "4096");
      put(DEVICE + "resource", "0x100000000");
      put(REGION + "resource", "0x100000000");
      put(REGION + "badblocks", "");
      link(DEVICE + "subsystem", "bus/dax");
      link("dev/char/1:5", DEVICE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.setProperty(ROOT_PROPERTY, root.toString());
  }

  /** Says which sectors are bad. */
  void badSectors(String list) {
    try {
      put(REGION + "badblocks", list);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(String path, String text) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), text + "\n");
  }

  private void link(String path, String target) throws IOException {
    Path link = root.resolve(path);
    Files.createDirectories(link.getParent());
    Files.createDirectories(root.resolve(target));
    Files.createSymbolicLink(link, link.getParent().relativize(root.resolve(target)));
  }

  @Override
  public void close() {
    System.clearProperty(ROOT_PROPERTY);
  }
}
