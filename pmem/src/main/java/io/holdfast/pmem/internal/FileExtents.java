package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Where on its device a file lies, as the kernel's FIEMAP call tells; see {@code linux/fiemap.h}.
 */
final class FileExtents {
  private static final long FS_IOC_FIEMAP = 0xC020_660BL;
  private static final long FIGETBSZ = 2;

  /** What is still in memory only is given its place first. */
  private static final int FLAG_SYNC = 1;

  private static final int EXTENT_LAST = 1;
  private static final int EXTENT_UNKNOWN = 2;
  private static final int EXTENT_ENCODED = 8;

  /** Set also for what is kept beside metadata, or shares a block with other files. */
  private static final int EXTENT_NOT_ALIGNED = 0x100;

  private static final int PLACELESS = EXTENT_UNKNOWN | EXTENT_ENCODED | EXTENT_NOT_ALIGNED;

  private static final int AT_ONCE = 128;

  private static final int HEADER_BYTES = 32;
  private static final int EXTENT_BYTES = 56;

  private FileExtents() {}

  /**
   * A part of a file that lies in one piece.
   *
   * @param file which bytes of the file
   * @param physical where on the device the first of them is, in bytes
   */
  record Extent(ByteRange file, long physical) {
    ByteRange device() {
      return file.shifted(physical - file.start());
    }
  }

  /** {@return the extents of a file that have a place of their own, first bytes first} */
  static List<Extent> of(Descriptor file) {
    return of(file, AT_ONCE);
  }

  /**
   * {@return the same}
   *
   * @param atOnce how many the kernel is asked for in one call
   */
  static List<Extent> of(Descriptor file, int atOnce) {
    List<Extent> extents = new ArrayList<>();
    scan(
        file,
        new ByteRange(0, Long.MAX_VALUE),
        atOnce,
        FLAG_SYNC,
        (range, physical, flags) -> {
          if ((flags & PLACELESS) == 0) {
            extents.add(new Extent(range, physical));
          }
        });
    return extents;
  }

  /**
   * {@return whether a part of a range has no space, and is not promised any either; false where
   * the file system does not tell}
   */
  static boolean hasHole(Descriptor file, long position, long length) {
    long[] covered = {position};
    try {
      scan(
          file,
          new ByteRange(position, position + length),
          AT_ONCE,
          0,
          (range, _, _) -> {
            if (range.start() <= covered[0]) {
              covered[0] = Math.max(covered[0], range.end());
            }
          });
    } catch (DeviceException e) {
      return false;
    }
    return covered[0] < position + length;
  }

  /** Is told of an extent. */
  private interface Visitor {
    void visit(ByteRange range, long physical, int flags);
  }

  private static void scan(
      Descriptor file, ByteRange within, int atOnce, int how, Visitor visitor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment map = arena.allocate(HEADER_BYTES + (long) atOnce * EXTENT_BYTES, 8);
      long start = within.start();
      boolean last = false;
      while (!last && start < within.end()) {
        map.fill((byte) 0);
        map.set(JAVA_LONG, 0, start);
        map.set(JAVA_LONG, 8, within.end() - start);
        map.set(JAVA_INT, 16, how);
        map.set(JAVA_INT, 24, atOnce);
        checkSupported(
            file.name(),
            LinuxCalls.call(SystemCall.IOCTL, file.number(), FS_IOC_FIEMAP, map.address()));
        int count = map.get(JAVA_INT, 20);
        last = count == 0;
        for (int i = 0; i < count; i++) {
          MemorySegment found = map.asSlice(HEADER_BYTES + (long) i * EXTENT_BYTES, EXTENT_BYTES);
          long logical = found.get(JAVA_LONG, 0);
          long end = logical + found.get(JAVA_LONG, 16);
          int flags = found.get(JAVA_INT, 40);
          if (end > logical) {
            visitor.visit(new ByteRange(logical, end), found.get(JAVA_LONG, 8), flags);
          }
          last |= (flags & EXTENT_LAST) != 0 || end <= start;
          start = end;
        }
      }
    }
  }

  private static void checkSupported(String name, long result) {
    if (Errno.EOPNOTSUPP.is(result) || Errno.ENOTTY.is(result)) {
      throw new DeviceException(
          Reason.NOT_SUPPORTED,
          name + ": the file system does not tell where its files lie",
          LinuxCalls.failure(name, SystemCall.IOCTL, result));
    }
    LinuxCalls.check(name, SystemCall.IOCTL, result);
  }

  /** {@return the size in bytes of a block of the file system that a file lies in} */
  static long blockBytes(Descriptor file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(JAVA_INT);
      long result = LinuxCalls.call(SystemCall.IOCTL, file.number(), FIGETBSZ, bytes.address());
      return result < 0 ? file.status().blockBytes() : bytes.get(JAVA_INT, 0);
    }
  }
}
