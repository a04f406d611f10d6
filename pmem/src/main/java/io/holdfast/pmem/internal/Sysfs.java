package io.holdfast.pmem.internal;

import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel says about devices: the small files below {@code /sys}, or below the folder that
 * the system property {@value #ROOT_PROPERTY} names, by which a test presents any machine.
 *
 * <p>Paths begin with a slash and are relative to that root. Read by plain system calls, since the
 * default file system of this process may be ours. May be shared between threads.
 */
final class Sysfs {
  static final String ROOT_PROPERTY = "io.holdfast.pmem.sysfs";

  /** A file of sysfs is never longer than a page. */
  private static final int MOST_BYTES = 4096;

  private final String root;

  Sysfs(String root) {
    this.root = root;
  }

  /** {@return this process's, as the property has it now} */
  static Sysfs ofProcess() {
    return new Sysfs(System.getProperty(ROOT_PROPERTY, "/sys"));
  }

  /** {@return the path to name in messages and to open} */
  String absolute(String path) {
    return root + path;
  }

  boolean exists(String path) {
    return new File(absolute(path)).exists();
  }

  /** {@return the names in a folder, sorted; none if there is no such folder} */
  List<String> list(String folder) {
    String[] names = new File(absolute(folder)).list();
    if (names == null) {
      return List.of();
    }
    Arrays.sort(names);
    return List.of(names);
  }

  /**
   * Reads a file.
   *
   * @return its text without white space around it, or nothing if the kernel has no such file
   * @throws io.holdfast.pmem.SystemCallException if it exists and may not or cannot be read
   */
  Optional<String> read(String path) {
    String name = absolute(path);
    long number = Descriptor.tryOpen(name, Descriptor.READ_ONLY);
    if (Errno.ENOENT.is(number) || Errno.ENOTDIR.is(number)) {
      return Optional.empty();
    }
    LinuxCalls.check(name, SystemCall.OPENAT, number);
    Descriptor file = Descriptor.of((int) number, name);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(MOST_BYTES);
      int n = (int) file.transfer(SystemCall.PREAD, text, 0);
      byte[] bytes = new byte[n];
      MemorySegment.copy(text, 0, MemorySegment.ofArray(bytes), 0, n);
      return Optional.of(new String(bytes, StandardCharsets.US_ASCII).strip());
    } finally {
      file.close();
    }
  }

  /**
   * Writes a file, which must exist.
   *
   * @throws io.holdfast.pmem.SystemCallException if it does not, or the kernel refuses
   */
  void write(String path, String text) {
    String name = absolute(path);
    long number = Descriptor.tryOpen(name, Descriptor.READ_WRITE);
    LinuxCalls.check(name, SystemCall.OPENAT, number);
    Descriptor file = Descriptor.of((int) number, name);
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      MemorySegment memory = arena.allocate(bytes.length);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      var _ = file.transfer(SystemCall.PWRITE, memory, 0);
    } finally {
      file.close();
    }
  }

  /**
   * Follows all symbolic links of a path.
   *
   * @return where it leads to below the root, or nothing if it leads nowhere
   */
  Optional<String> resolve(String path) {
    File link = new File(absolute(path));
    if (!link.exists()) {
      return Optional.empty();
    }
    try {
      String top = new File(root).getCanonicalPath();
      String target = link.getCanonicalPath();
      if (!target.startsWith(top + "/")) {
        throw new DeviceException(
            Reason.INVALID_DEV_FORMAT, link + ": leads to " + target + ", outside of " + top);
      }
      return Optional.of(target.substring(top.length()));
    } catch (IOException e) {
      throw new DeviceException(Reason.INVALID_DEV_FORMAT, link + ": cannot be followed", e);
    }
  }

  /** {@return the number, decimal or with 0x hexadecimal, if {@code text} is one and no larger} */
  static OptionalLong number(String text) {
    try {
      long value =
          text.startsWith("0x") ? Long.parseLong(text, 2, text.length(), 16) : Long.parseLong(text);
      return value < 0 || text.startsWith("+") || text.startsWith("0x+")
          ? OptionalLong.empty()
          : OptionalLong.of(value);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * {@return the number in a file that must be there}
   *
   * @param reason what is wrong if it is not, or holds none
   */
  long requireNumber(String path, Reason reason) {
    Optional<String> text = read(path);
    if (text.isEmpty()) {
      throw new DeviceException(reason, absolute(path) + ": no such file");
    }
    return number(text.get())
        .orElseThrow(
            () ->
                new DeviceException(
                    reason, absolute(path) + ": \"" + printable(text.get()) + "\" is no number"));
  }

  /** {@return the first characters of what a file said, fit for a message} */
  static String printable(String text) {
    String start = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return start.replaceAll("[^ -~]", "?");
  }
}
