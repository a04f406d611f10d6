package io.holdfast.systemtest.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a file's blocks are on its device, asked of {@code filefrag}, not of the code under test;
 * and how to make one of them bad.
 */
final class BlockMap {
  static final int BLOCK_BYTES = 4096;

  /** Sysfs counts in these. */
  private static final int SECTOR_BYTES = 512;

  /** {@code ext: first..last: physical first..physical last: length: flags} */
  private static final Pattern EXTENT =
      Pattern.compile("^\\s*\\d+:\\s*(\\d+)\\.\\.\\s*(\\d+):\\s*(\\d+)\\.\\.", Pattern.MULTILINE);

  private BlockMap() {}

  /** {@return the sector on the device of the block at {@code offset} of a file} */
  static long sector(Path file, long offset) throws IOException, InterruptedException {
    String list = GuestCommand.run("filefrag", "-v", "-b4096", file.toString());
    long block = offset / BLOCK_BYTES;
    Matcher extent = EXTENT.matcher(list);
    while (extent.find()) {
      long first = Long.parseLong(extent.group(1));
      if (first <= block && block <= Long.parseLong(extent.group(2))) {
        return (Long.parseLong(extent.group(3)) + block - first) * (BLOCK_BYTES / SECTOR_BYTES);
      }
    }
    throw new CheckFailedException(file + ": no block at " + offset + ": " + list);
  }

  /**
   * Makes the block at {@code offset} of a file bad, as long as the guest is up. A page that is
   * mapped already does not change.
   */
  static void spoil(Path file, long offset, String device)
      throws IOException, InterruptedException {
    Path list = Path.of("/sys/block", device, "badblocks");
    String entry = sector(file, offset) + " " + BLOCK_BYTES / SECTOR_BYTES;
    Files.writeString(list, entry);
    CheckFailedException.unless(
        Files.readString(list).contains(entry),
        list + ": " + entry + " is not there after writing it");
  }
}
