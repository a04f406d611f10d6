package io.holdfast.pmem.internal;

import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A regular file or a device DAX, opened: what it is and how large, whichever of both it is.
 *
 * <p>Has a descriptor of its own, which whoever opened it closes or passes on.
 */
final class OpenedSource {
  private static final int ACCESS_MASK = 3;
  private static final int WRITE_ONLY = 1;
  private static final int PATH_ONLY = 0x200000;

  private final Descriptor file;
  private final Descriptor.Status status;
  private final Optional<DaxDevice> device;

  private OpenedSource(Descriptor file, Descriptor.Status status, Optional<DaxDevice> device) {
    this.file = file;
    this.status = status;
    this.device = device;
  }

  /**
   * Opens by name.
   *
   * @param flags {@link Descriptor#READ_ONLY} or {@link Descriptor#READ_WRITE}
   */
  static OpenedSource open(Path path, int flags) {
    try {
      // Without blocking, as a pipe would until somebody opens its other end.
      return of(Descriptor.open(path, flags | Descriptor.NON_BLOCKING));
    } catch (SystemCallException e) {
      if (e.errno() == Errno.EISDIR.number()) {
        throw new MapException(Reason.INVALID_FILE_TYPE, path + ": is a folder", e);
      }
      throw e;
    }
  }

  /** Duplicates a file's descriptor. */
  static OpenedSource duplicate(PmemFile file) {
    if (!(file instanceof SystemFile ours)) {
      throw new IllegalArgumentException(file.path() + ": a file of another medium");
    }
    try {
      return of(ours.duplicate());
    } catch (IllegalStateException e) {
      throw new MapException(Reason.INVALID_FILE_HANDLE, file.path() + ": closed", e);
    }
  }

  /** Duplicates a descriptor of the caller's. */
  static OpenedSource duplicate(int number) {
    checkUsable(number);
    return of(Descriptor.of(number, name(number)).duplicate());
  }

  /**
   * Checks that a number is that of a descriptor which can be mapped.
   *
   * @throws MapException if it is not
   */
  static void check(int number) {
    checkUsable(number);
    Descriptor file = Descriptor.of(number, name(number));
    var _ = kind(file, file.status());
  }

  private static String name(int number) {
    return "descriptor " + number;
  }

  private static void checkUsable(int number) {
    if (number < 0) {
      throw new MapException(Reason.INVALID_FILE_HANDLE, name(number) + ": negative");
    }
    long flags = Descriptor.of(number, name(number)).openFlags();
    if (Errno.EBADF.is(flags)) {
      throw new MapException(Reason.INVALID_FILE_HANDLE, name(number) + ": not open");
    }
    LinuxCalls.check(name(number), SystemCall.FCNTL, flags);
    if ((flags & ACCESS_MASK) == WRITE_ONLY || (flags & PATH_ONLY) != 0) {
      throw new MapException(Reason.INVALID_FILE_HANDLE, name(number) + ": not open for reading");
    }
  }

  private static OpenedSource of(Descriptor file) {
    try {
      Descriptor.Status status = file.status();
      return new OpenedSource(file, status, kind(file, status));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** {@return the device DAX that a file is, nothing if it is a regular one} */
  private static Optional<DaxDevice> kind(Descriptor file, Descriptor.Status status) {
    if (status.isRegular()) {
      return Optional.empty();
    }
    Optional<DaxDevice> device =
        status.isCharacterDevice()
            ? DaxDevice.of(Sysfs.ofProcess(), file.name(), status.special())
            : Optional.empty();
    if (device.isEmpty()) {
      throw new MapException(
          Reason.INVALID_FILE_TYPE,
          file.name()
              + ": "
              + (status.isFolder() ? "is a folder" : "not a regular file and not a device DAX"));
    }
    return device;
  }

  Descriptor file() {
    return file;
  }

  String name() {
    return file.name();
  }

  /** {@return the device DAX, nothing if this is a regular file} */
  Optional<DaxDevice> device() {
    return device;
  }

  /** {@return what the file system said when this was opened} */
  Descriptor.Status status() {
    return status;
  }

  /** {@return the size in bytes now} */
  long size() {
    return device.isPresent() ? device.get().size() : file.status().size();
  }

  /** {@return what offsets and lengths of mappings are multiples of, in bytes} */
  long alignment() {
    return device.map(DaxDevice::alignment).orElse(AuxiliaryVector.PAGE_BYTES);
  }

  /** {@return the block device that a regular file lies on, if the kernel has one} */
  Optional<BlockDevice> blockDevice() {
    return BlockDevice.of(Sysfs.ofProcess(), status.device());
  }

  void close() {
    file.close();
  }
}
