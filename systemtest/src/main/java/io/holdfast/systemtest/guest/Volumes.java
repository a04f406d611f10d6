package io.holdfast.systemtest.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How the NVDIMM is divided and mounted. The names are those the kernel gives the three namespaces
 * in the order in which they are made.
 */
final class Volumes {
  static final Path EXT4 = Path.of("/mnt/ext4");
  static final Path XFS = Path.of("/mnt/xfs");
  static final Path VIRTIO = Path.of("/mnt/virtio");
  static final Path TMPFS = Path.of("/mnt/tmpfs");

  /** The block device below {@link #EXT4}, as sysfs calls it. */
  static final String EXT4_DEVICE = "pmem0";

  static final String XFS_DEVICE = "pmem0.2";

  /** The device DAX namespace. */
  static final Path DEVICE_DAX = Path.of("/dev/dax0.1");

  private Volumes() {}

  /** Divides a blank NVDIMM: for ext4, for device DAX, for XFS; and makes the file systems. */
  static void createAll() throws IOException, InterruptedException {
    GuestCommand.run("ndctl", "disable-region", "region0");
    GuestCommand.run("ndctl", "init-labels", "-f", "nmem0");
    GuestCommand.run("ndctl", "enable-region", "region0");
    createNamespace("fsdax", "128M");
    createNamespace("devdax", "64M");
    createNamespace("fsdax", "416M"); // mkfs.xfs wants 300 MB at least
    makeExt4(EXT4_DEVICE);
    makeXfs(XFS_DEVICE);
  }

  /** Makes one namespace of the whole NVDIMM, {@code pmem0}. */
  static void createOne() throws IOException, InterruptedException {
    GuestCommand.run("ndctl", "create-namespace", "-f", "-e", "namespace0.0", "-m", "fsdax");
  }

  private static void createNamespace(String mode, String size)
      throws IOException, InterruptedException {
    GuestCommand.run("ndctl", "create-namespace", "-r", "region0", "-m", mode, "-s", size);
  }

  static void makeExt4(String device) throws IOException, InterruptedException {
    GuestCommand.run("mkfs.ext4", "-q", "-F", "-b", "4096", "/dev/" + device);
  }

  static void makeXfs(String device) throws IOException, InterruptedException {
    // the kernel maps no file by DAX that may share blocks
    GuestCommand.run("mkfs.xfs", "-q", "-f", "-m", "reflink=0", "/dev/" + device);
  }

  /**
   * Mounts with DAX.
   *
   * @throws CheckFailedException if it is mounted without
   */
  static void mount(String type, String device, Path folder)
      throws IOException, InterruptedException {
    GuestCommand.run("mount", "-t", type, "-o", "dax=always", "/dev/" + device, folder.toString());
    String mount =
        Files.readAllLines(Path.of("/proc/mounts")).stream()
            .filter(line -> line.contains(" " + folder + " "))
            .findFirst()
            .orElse("nothing");
    CheckFailedException.unless(mount.contains("dax=always"), folder + " is mounted as " + mount);
  }

  static void mountExt4AndXfs() throws IOException, InterruptedException {
    mount("ext4", EXT4_DEVICE, EXT4);
    mount("xfs", XFS_DEVICE, XFS);
  }

  static void unmount(Path folder) throws IOException, InterruptedException {
    GuestCommand.run("umount", folder.toString());
  }
}
