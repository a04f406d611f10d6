package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.holdfast.pmem.PmemException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.file.Path;

/**
 * A file descriptor of ours and what can be done with it, with failures as exceptions.
 *
 * <p>May be shared between threads; the owner sees to it that nobody uses it after {@link #close}.
 */
final class Descriptor {
  static final int READ_ONLY = 0;
  static final int READ_WRITE = 2;
  static final int CREATE = 0x40;
  static final int EXCLUSIVE = 0x80;
  static final int CREATE_NEW = CREATE | EXCLUSIVE;
  static final int PATH_ONLY = 0x200000;
  static final int NON_BLOCKING = 0x800;
  static final int DIRECTORY = Architecture.CURRENT.directoryFlag();
  static final int UNNAMED = 0x400000 | DIRECTORY;

  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int OWNER_ONLY = 0600;
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_SYMLINK_FOLLOW = 0x400;
  private static final int F_GETFL = 3;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;
  private static final int LOCK_EX_NB = 2 | 4;
  private static final int LOCK_UN = 8;
  private static final int STATX_TYPE_SIZE_BLOCKS = 0x1 | 0x200 | 0x400;
  private static final int STATX_BYTES = 256;
  private static final int TYPE_MASK = 0170000;

  private static final Charset PATH_CHARSET =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private final int number;
  private volatile String name;
  private volatile boolean locked;

  private Descriptor(int number, String name) {
    this.number = number;
    this.name = name;
  }

  /**
   * What the file system says of a file.
   *
   * @param mode its type and mode bits
   * @param size its size in bytes
   * @param allocated its allocation in bytes
   * @param blockBytes the file system's preferred block
   * @param device what the file system lies on
   * @param special which device the file stands for, if it is a device node
   */
  record Status(
      int mode,
      long size,
      long allocated,
      long blockBytes,
      DeviceNumber device,
      DeviceNumber special) {
    boolean isRegular() {
      return (mode & TYPE_MASK) == 0100000;
    }

    boolean isFolder() {
      return (mode & TYPE_MASK) == 0040000;
    }

    boolean isCharacterDevice() {
      return (mode & TYPE_MASK) == 0020000;
    }
  }

  static Descriptor open(Path path, int flags) {
    String name = path.toString();
    return new Descriptor(
        (int) LinuxCalls.check(name, SystemCall.OPENAT, tryOpen(name, flags)), name);
  }

  /** {@return the number of an opened descriptor, or the negative error} */
  static long tryOpen(String name, int flags) {
    return tryOpen(name, flags, OWNER_ONLY);
  }

  /**
   * {@return the number of an opened descriptor, or the negative error}
   *
   * @param mode the permissions of a file that this creates, less the umask
   */
  static long tryOpen(String name, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return LinuxCalls.call(
          SystemCall.OPENAT, AT_FDCWD, cString(arena, name), flags | CLOSE_ON_EXEC, mode);
    }
  }

  static Descriptor of(int number, String name) {
    return new Descriptor(number, name);
  }

  static void rename(Path from, Path to) {
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls.check(
          from + " to " + to,
          SystemCall.RENAMEAT2,
          LinuxCalls.call(
              SystemCall.RENAMEAT2,
              AT_FDCWD,
              cString(arena, from.toString()),
              AT_FDCWD,
              cString(arena, to.toString())));
    }
  }

  static void unlink(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls.check(
          path.toString(),
          SystemCall.UNLINKAT,
          LinuxCalls.call(SystemCall.UNLINKAT, AT_FDCWD, cString(arena, path.toString()), 0));
    }
  }

  private static long cString(Arena arena, String text) {
    return arena.allocateFrom(text, PATH_CHARSET).address();
  }

  int number() {
    return number;
  }

  String name() {
    return name;
  }

  Status status() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(STATX_BYTES, 8);
      check(
          SystemCall.STATX,
          LinuxCalls.call(
              SystemCall.STATX,
              number,
              cString(arena, ""),
              AT_EMPTY_PATH,
              STATX_TYPE_SIZE_BLOCKS,
              status.address(),
              0));
      return new Status(
          status.get(JAVA_SHORT, 28),
          status.get(JAVA_LONG, 40),
          status.get(JAVA_LONG, 48) * 512,
          status.get(JAVA_INT, 4),
          new DeviceNumber(status.get(JAVA_INT, 136), status.get(JAVA_INT, 140)),
          new DeviceNumber(status.get(JAVA_INT, 128), status.get(JAVA_INT, 132)));
    }
  }

  /** {@return the flags it was opened with, or the negative error} */
  long openFlags() {
    return LinuxCalls.call(SystemCall.FCNTL, number, F_GETFL);
  }

  /** Makes one {@code pread} or {@code pwrite}; {@return how many bytes were transferred} */
  long transfer(SystemCall call, MemorySegment memory, long position) {
    return check(call, LinuxCalls.transfer(call, number, memory, position));
  }

  /** Makes one {@code pwritev2}; {@return how many bytes were written, or the negative error} */
  long writeDurably(MemorySegment memory, long position, long flags) {
    return LinuxCalls.writeVector(number, memory, position, flags);
  }

  void dataSync() {
    check(SystemCall.FDATASYNC, LinuxCalls.call(SystemCall.FDATASYNC, number));
  }

  void sync() {
    check(SystemCall.FSYNC, LinuxCalls.call(SystemCall.FSYNC, number));
  }

  void truncate(long length) {
    check(SystemCall.FTRUNCATE, LinuxCalls.call(SystemCall.FTRUNCATE, number, length));
  }

  /**
   * Allocates a range. A failed call may have grown the file by what it could allocate, which is
   * undone.
   */
  void allocate(long position, long length) {
    long size = status().size();
    try {
      long result = LinuxCalls.call(SystemCall.FALLOCATE, number, 0, position, length);
      if (Errno.EOPNOTSUPP.is(result)) {
        allocateByWriting(position, length);
      } else {
        check(SystemCall.FALLOCATE, result);
      }
    } catch (PmemException e) {
      if (status().size() > size) {
        truncate(size);
      }
      throw e;
    }
  }

  /**
   * Allocates what a range within the file has not allocated yet, so that no store to it can find
   * the file system full. A file system that cannot is left as it is.
   */
  void allocateHoles(long position, long length) {
    Status status = status();
    // Metadata may be counted too, and hide a hole. What has no hole is left alone: XFS would want
    // as much free space once more.
    if (status.allocated() < status.size() || FileExtents.hasHole(this, position, length)) {
      long result =
          LinuxCalls.call(SystemCall.FALLOCATE, number, FALLOC_FL_KEEP_SIZE, position, length);
      // What was opened for reading only is left to mmap, which refuses it for what it is.
      if (!Errno.EOPNOTSUPP.is(result) && !Errno.EBADF.is(result)) {
        check(SystemCall.FALLOCATE, result);
      }
    }
  }

  /** Gives a range's blocks back; it reads as zero then. */
  void punchHole(long position, long length) {
    fallocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, position, length);
  }

  /** Gives a range blocks where it has none. */
  void allocateKeepingSize(long position, long length) {
    fallocate(FALLOC_FL_KEEP_SIZE, position, length);
  }

  private void fallocate(int mode, long position, long length) {
    check(
        SystemCall.FALLOCATE,
        LinuxCalls.call(SystemCall.FALLOCATE, number, mode, position, length));
  }

  /**
   * As {@code posix_fallocate} where the file system cannot allocate: writes back what it reads, or
   * zeros.
   */
  private void allocateByWriting(long position, long length) {
    CallContext context = CallContext.take();
    try {
      for (long done = 0; done < length; ) {
        long n = Math.min(CallContext.BOUNCE_BYTES, length - done);
        MemorySegment piece = context.bounce().asSlice(0, n);
        piece.fill((byte) 0);
        long read = 0;
        long got;
        do {
          got = transfer(SystemCall.PREAD, piece.asSlice(read), position + done + read);
          read += got;
        } while (got > 0 && read < n);
        for (long written = 0; written < n; ) {
          written += transfer(SystemCall.PWRITE, piece.asSlice(written), position + done + written);
        }
        done += n;
      }
    } finally {
      context.release();
    }
  }

  boolean tryLock() {
    long result = LinuxCalls.call(SystemCall.FLOCK, number, LOCK_EX_NB);
    if (Errno.EAGAIN.is(result)) {
      return false;
    }
    check(SystemCall.FLOCK, result);
    locked = true;
    return true;
  }

  /** Gives a file that was opened as {@link #UNNAMED} a name. */
  void link(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls.check(
          path.toString(),
          SystemCall.LINKAT,
          LinuxCalls.call(
              SystemCall.LINKAT,
              AT_FDCWD,
              cString(arena, "/proc/self/fd/" + number),
              AT_FDCWD,
              cString(arena, path.toString()),
              AT_SYMLINK_FOLLOW,
              0));
    }
    name = path.toString();
  }

  Descriptor duplicate() {
    long copy = LinuxCalls.call(SystemCall.FCNTL, number, F_DUPFD_CLOEXEC, 0);
    return new Descriptor((int) check(SystemCall.FCNTL, copy), name);
  }

  /** Closes, after giving back the lock taken here, which duplicates would keep. */
  void close() {
    if (locked) {
      check(SystemCall.FLOCK, LinuxCalls.call(SystemCall.FLOCK, number, LOCK_UN));
    }
    // The kernel has let go of the descriptor whatever it answers, and nothing durable depends on
    // it.
    var _ = LinuxCalls.call(SystemCall.CLOSE, number);
  }

  private long check(SystemCall call, long result) {
    return LinuxCalls.check(name, call, result);
  }
}
