package io.holdfast.pmem.internal;

import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's lists of bad sectors: a line for each range, with its first sector and how many
 * there are.
 *
 * <p>The kernel shows no more than a page of them; the rest appears as these are cleared.
 */
final class BadSectors {
  private static final long SECTOR_BYTES = 512;
  private static final long MOST_SECTORS = Long.MAX_VALUE / SECTOR_BYTES / 2;
  private static final Pattern LINE = Pattern.compile("(\\d{1,18}) (\\d{1,18})");

  /** A list this long may have been cut in the middle of a line. */
  private static final int FULL = 4096 - 40;

  private BadSectors() {}

  /** {@return the ranges that a file of sysfs lists, in bytes; none if there is no such file} */
  static List<ByteRange> read(Sysfs sysfs, String path) {
    return sysfs.read(path).map(text -> parse(sysfs.absolute(path), text)).orElse(List.of());
  }

  static List<ByteRange> parse(String name, String text) {
    List<ByteRange> ranges = new ArrayList<>();
    String[] lines = text.split("\n");
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      boolean cut = i == lines.length - 1 && i > 0 && text.length() > FULL;
      if (!line.isEmpty() && !cut) {
        ranges.add(parseLine(name, line));
      }
    }
    return ranges;
  }

  private static ByteRange parseLine(String name, String line) {
    Matcher parts = LINE.matcher(line);
    if (parts.matches()) {
      long first = Long.parseLong(parts.group(1));
      long count = Long.parseLong(parts.group(2));
      if (count > 0 && first <= MOST_SECTORS && count <= MOST_SECTORS) {
        return new ByteRange(first * SECTOR_BYTES, (first + count) * SECTOR_BYTES);
      }
    }
    throw new DeviceException(
        Reason.INVALID_DEV_FORMAT, name + ": \"" + Sysfs.printable(line) + "\" is no range");
  }
}
